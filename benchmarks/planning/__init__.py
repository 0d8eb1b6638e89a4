"""How long it takes to plan one request."""
