"""Client dialects. Each one reads a body into the hub, and writes answers and errors the way its SDKs expect them."""
