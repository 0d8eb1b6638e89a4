"""One `sam build` for each processor and session: it takes ten seconds."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.infrastructure.tools import build

Built = Callable[..., Path]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Call it with the architecture, and the Python version if it is not Lambda's, for the built folder."""
    done: dict[tuple[str, ...], Path] = {}

    def folder(*choice: str) -> Path:
        if choice not in done:
            done[choice] = build(tmp_path_factory.mktemp("sam"), *choice)
        return done[choice]

    return folder
