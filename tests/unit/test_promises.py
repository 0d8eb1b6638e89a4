"""docs/promises.md says which test holds each promise: those tests are there."""

import ast
import re

import pytest

from tests.house import ROOT

ROWS = re.findall(r"^\| (L\d+) \|(.*)$", (ROOT / "docs" / "promises.md").read_text(encoding="utf-8"), re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def test_every_promise_has_its_row() -> None:
    assert [name for name, _ in ROWS] == [f"L{number}" for number in range(1, 11)]


@pytest.mark.parametrize(("name", "row"), ROWS, ids=[name for name, _ in ROWS])
def test_the_tests_that_hold_a_promise_are_there(name: str, row: str) -> None:
    named = NAMED.findall(row)
    assert named
    for path, test in named:
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        assert test in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, f"{path}::{test}"
