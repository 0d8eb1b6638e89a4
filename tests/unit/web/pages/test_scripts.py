import re

import pytest
from switchboard.web.pages.scripts import SCRIPT_FOLDER, SCRIPTS


def test_the_folders_name_follows_what_is_in_it() -> None:
    assert re.fullmatch(r"assets/[0-9a-f]{12}/", SCRIPT_FOLDER)
    assert set(SCRIPTS) == {"activity.js", "common.js", "playground.js"}


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_imports_only_its_neighbours_and_writes_no_markup(name: str) -> None:
    """What comes from a catalog or a model is set as text: nothing of it can become an element."""
    code = SCRIPTS[name].decode()
    assert set(re.findall(r"from '(.+?)'", code)) <= {f"./{other}" for other in SCRIPTS}
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|localStorage|https?://",
        code.replace("http://www.w3.org/2000/svg", ""),
    )


def test_the_key_is_kept_in_the_tab_alone() -> None:
    assert b"sessionStorage" in SCRIPTS["common.js"]
    assert sum(len(code) for code in SCRIPTS.values()) < 16_000
