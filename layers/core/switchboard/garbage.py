"""When Python looks for garbage that reference counts do not free: never among what the process was started with.

Measured (docs/performance.md): with 64 requests at once these searches took a seventh of all CPU.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# Objects made and not yet freed before the youngest are searched: Python's 700 are fewer than 64 requests have.
YOUNG = 10_000


@contextmanager
def loading() -> Iterator[None]:
    """No search while everything that is made is made to stay."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        collect_rarely()


def collect_rarely() -> None:
    """From now on what exists is taken for good, and what comes later is searched in large batches."""
    gc.freeze()
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])
