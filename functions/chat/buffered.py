"""The chat function without the streaming wrapper, apart from it: a streaming cold start does not pay for Mangum."""

from app import app  # type: ignore[import-not-found]  # on Lambda its neighbour, for mypy functions.chat.app
from mangum import Mangum

handler = Mangum(app, lifespan="off")
