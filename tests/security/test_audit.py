"""scripts/audit.py: what it makes of pip-audit's report. Nothing that was not checked is called clean."""

import json
from typing import Any

import pytest

from scripts.audit import Audit, read, verdict

GOOD: dict[str, Any] = {"name": "orjson", "version": "3", "vulns": []}
BAD = {"name": "orjson", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3"]}]}
SKIPPED = {"name": "orjson", "version": "3", "skip_reason": "not found on PyPI"}


def report(*rows: dict[str, Any]) -> str:
    return json.dumps({"dependencies": rows})


@pytest.mark.parametrize(
    ("printed", "complaints", "expected"),
    [
        (report(GOOD, GOOD), "", Audit((), 2, 0)),
        (report(GOOD, BAD), "", Audit(("orjson 2: PYSEC-1",), 2, 0)),
        (report(SKIPPED), "WARNING: what else", Audit((), 0, 1)),
        ("", "ERROR: Could not connect to PyPI's vulnerability feed\n", Audit((), 0, 0)),
        (
            "",
            "WARNING: a\nERROR: orjson does not contain a hash\n",
            Audit((), 0, 0, "ERROR: orjson does not contain a hash"),
        ),
        ("", "", Audit((), 0, 0, "it said nothing")),
    ],
)
def test_a_report_is_read(printed: str, complaints: str, expected: Audit) -> None:
    assert read(printed, complaints) == expected


@pytest.mark.parametrize(
    ("audit", "code", "strict", "words"),
    [
        (Audit((), 24, 0), 0, 0, "no advisory for 24"),
        (Audit(("orjson 2: PYSEC-1",), 24, 0), 1, 1, "PYSEC-1"),
        (Audit((), 0, 24), 0, 2, "NOT CHECKED"),
        (Audit((), 20, 4), 0, 2, "4 could not"),
        (Audit((), 0, 0, "ERROR: no hash"), 1, 1, "pip-audit failed: ERROR: no hash"),
    ],
)
def test_what_was_not_checked_is_not_called_clean(audit: Audit, code: int, strict: int, words: str) -> None:
    assert verdict({"runtime.txt": audit}, strict=False)[0] == code
    assert verdict({"runtime.txt": audit}, strict=True)[0] == strict
    assert words in "\n".join(verdict({"runtime.txt": audit}, strict=False)[1])
