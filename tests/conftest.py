from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no failure: no example has a deadline. The same examples every time: a flaky test is a broken one.
settings.register_profile(
    "calm", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], max_examples=50
)
# For the suite's second Python: the interpreter is in question there, not the rules.
settings.register_profile("brief", settings.get_profile("calm"), max_examples=10)
settings.load_profile("calm")

# What these set up is dear (a gateway, a build): one worker runs them all, whatever the others do (pytest-xdist).
SET_UP_ONCE = ("contract", "infrastructure")


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        folder = next((name for name in SET_UP_ONCE if name in Path(item.path).parts), None)
        if folder:
            item.add_marker(pytest.mark.xdist_group(folder))
