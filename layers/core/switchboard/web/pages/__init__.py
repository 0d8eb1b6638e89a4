"""The public pages: each is one JSON object, shown as HTML, as Markdown and as it is, always with the same numbers."""
