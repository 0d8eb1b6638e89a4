"""How well endpoints do: histograms, windows and the figures that routing reads. Pure arithmetic."""
