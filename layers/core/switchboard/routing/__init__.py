"""Which endpoints can serve a request, and in what order to try them. Pure: time and figures are handed in."""
