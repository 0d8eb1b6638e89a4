"""How fast the pages are made, and how heavy they are."""
