"""Lets an ASGI app stream from Lambda's managed Python runtime, whose own loop buffers every answer.

`python -m switchboard.runtime module:app` takes the place of the managed bootstrap (switchboard-stream starts it). It
knows ASGI and the Lambda Runtime API, nothing of models or keys, and needs the standard library only.
"""

from collections.abc import Awaitable, Callable

Hook = Callable[[], Awaitable[None] | None]

# The two registries of SnapStart. Whoever holds what must not live on in a copy (a connection, a seed, a clock reading)
# appends a hook: lists, because a snapshot is a fact of the process, as the module is.
before_snapshot: list[Hook] = []
after_restore: list[Hook] = []
