"""One `sam build` for each processor and session: it takes twenty seconds of a core."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from layers.build import LAMBDA_PYTHON
from tests.infrastructure.tools import build

Built = Callable[..., Path]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Call it with the architecture, and the Python version if it is not Lambda's, for the built folder."""

    @cache
    def folder(architecture: str, python: str = LAMBDA_PYTHON) -> Path:
        return build(tmp_path_factory.mktemp("sam"), architecture, python)

    # A cache tells a default left out from the same one given.
    return lambda architecture, python=LAMBDA_PYTHON: folder(architecture, python)

    return folder
