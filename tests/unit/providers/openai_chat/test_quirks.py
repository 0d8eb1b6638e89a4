import pytest
from switchboard.catalog.compile import compile_directories
from switchboard.providers.openai_chat.quirks import QUIRKS, max_tokens_field

from tests.house import ROOT


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_the_name_of_the_limit_is_in_the_flag(name: str) -> None:
    assert max_tokens_field(frozenset({f"max_tokens_field={name}", "no_developer_role"})) == name


def test_most_servers_take_either_name() -> None:
    assert max_tokens_field(frozenset({"no_developer_role"})) is None


def test_every_quirk_in_the_catalog_is_one_that_the_adapter_knows() -> None:
    document = compile_directories(ROOT / "layers" / "catalog", None)
    providers = document["providers"]
    assert isinstance(providers, dict)
    for name, row in providers.items():
        assert isinstance(row, dict)
        if row["protocol"] == "openai-chat":
            assert set(row.get("quirks", [])) <= QUIRKS, name  # type: ignore[arg-type]  # the compiler checked it
