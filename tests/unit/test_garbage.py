import gc
from collections.abc import Iterator

import pytest
from switchboard.garbage import YOUNG, collect_rarely, loading


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


def test_what_exists_is_searched_no_more() -> None:
    kept = [object()]
    collect_rarely()
    assert not any(each is kept for each in gc.get_objects())
    assert gc.get_threshold()[0] == YOUNG


def test_what_comes_later_is_still_freed() -> None:
    collect_rarely()
    circle: list[object] = []
    circle.append(circle)
    del circle
    assert gc.collect() >= 1


def test_nothing_is_searched_while_loading() -> None:
    with loading():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_a_failed_load_leaves_the_search_on() -> None:
    with pytest.raises(ImportError), loading():
        raise ImportError
    assert gc.isenabled()
