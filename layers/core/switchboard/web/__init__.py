"""HTTP: routes, the shapes of errors, and the ASGI side of a call."""
