"""The document of the whole API (OpenAPI 3.1): FastAPI's routes describe themselves, the inference routes are here."""
