from collections.abc import Iterator

import pytest

from tests.engine import Engine
from tests.processes import running


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One for all; its tests are marked `xdist_group("engine")`, so that only one worker starts it."""
    state = tmp_path_factory.mktemp("engine")
    with running("local.engine", "--state-dir", str(state)) as url:
        yield Engine(url, state)
