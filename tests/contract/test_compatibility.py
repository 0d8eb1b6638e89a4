"""The page that is made of the suite's verdicts says what they say, and is missed when it does not."""

from pathlib import Path

import pytest

from tests.contract import compatibility
from tests.contract.verdicts import Verdict, read_verdicts

NATIVE = Verdict("sdk", "openai-chat", "openai-chat", "tools", "yes")
TRANSLATED = Verdict("sdk", "openai-chat", "google-generate", "tools", "translated")
REFUSED = Verdict("sdk", "openai-chat", "bedrock-converse", "n", "refused", "no_endpoints")
OTHER = Verdict("another", "anthropic-messages", "openai-chat", "tools", "translated")


def written(file: Path, *verdicts: Verdict) -> Path:
    for verdict in verdicts:
        verdict.record(str(file))
    return file


def test_verdicts_come_back_as_they_were_put_down(tmp_path: Path) -> None:
    results = written(tmp_path / "results", NATIVE, REFUSED, NATIVE)
    assert read_verdicts([results]) == {NATIVE, REFUSED}


def test_two_verdicts_on_one_cell_are_an_error(tmp_path: Path) -> None:
    results = written(tmp_path / "results", NATIVE, Verdict("sdk", "openai-chat", "openai-chat", "tools", "translated"))
    with pytest.raises(ValueError, match="two verdicts"):
        read_verdicts([results])


def test_the_page_has_a_row_for_each_feature_and_a_column_for_each_upstream() -> None:
    left_out = Verdict("sdk", "openai-chat", "bedrock-invoke", "seed", "left out", "seed")
    page = compatibility.page([NATIVE, TRANSLATED, REFUSED, left_out])
    assert "| sdk, openai-chat | 1 yes | - | - | 1 translated | 1 refused | 1 left out |" in page
    assert "| seed | - | - | - | - | - | left out (`seed`) |" in page
    assert "## sdk, openai-chat" in page
    assert "| n | - | - | - | - | refused (`no_endpoints`) | - |" in page
    assert "| tools | yes | - | - | translated | - | - |" in page


def test_a_page_that_says_otherwise_of_the_clients_at_hand_is_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clients that are not in the results (Node's, where only Python's ran) stay out of it."""
    monkeypatch.setattr(compatibility, "PAGE", tmp_path / "page.md")
    both, one = written(tmp_path / "both", NATIVE, OTHER), written(tmp_path / "one", NATIVE)
    changed = written(tmp_path / "changed", NATIVE, TRANSLATED)
    assert compatibility.main([str(both)]) is None
    assert compatibility.main(["--check", str(one)]) is None
    told = compatibility.main(["--check", str(changed)])
    assert told is not None
    assert "sdk, openai-chat" in told
    assert "make contract" in told
