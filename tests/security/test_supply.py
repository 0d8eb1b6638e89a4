"""What other people's code runs in the functions, and that no more of it comes in unnoticed."""

import re

import pytest

from tests.house import ROOT

REQUIREMENTS = ROOT / "requirements"
# The whole of what is installed into the layer. 8 are asked for; 16 come with them, 6 of these with google-auth alone.
MOST_ASKED_FOR = 10
MOST_INSTALLED = 24


def lines(name: str) -> list[str]:
    text = (REQUIREMENTS / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if re.match(r"[A-Za-z0-9]", line)]


def test_the_functions_ask_for_ten_packages_at_most() -> None:
    assert len(lines("runtime.in")) <= MOST_ASKED_FOR


def test_what_comes_with_them_is_counted() -> None:
    assert len(lines("runtime.txt")) <= MOST_INSTALLED


@pytest.mark.parametrize("lock", ["runtime.txt", "server.txt", "security.txt"])
def test_nothing_is_installed_from_anywhere_but_a_registry(lock: str) -> None:
    assert [line for line in lines(lock) if "://" in line or " @ " in line or line.startswith("-e")] == []
