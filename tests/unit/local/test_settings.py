from pathlib import Path

import pytest

from local.settings import LocalSettings


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        *[("PORT", value) for value in ("abc", "-1", "65536", "", "8787.0")],
        *[("RANKINGS_SECONDS", value) for value in ("soon", "0", "-3", "nan", "inf")],
        *[("SWITCHBOARD_KEY", value) for value in ("a b", "a\nb", "ключ")],
        ("SWITCHBOARD_ADMIN_KEY", "a b"),
        ("CATALOG_DIR", "/no/such/folder"),
    ],
)
def test_a_variable_that_is_wrong_is_named(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ValueError, match=variable) as refused:
        LocalSettings.read()
    assert "KEY" not in variable or value not in str(refused.value)


def test_what_is_said_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    said = {"PORT": "0", "CATALOG_DIR": str(tmp_path), "SWITCHBOARD_KEY": "sk-sb-mine", "LOG_LEVEL": "debug"}
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    read = LocalSettings.read()
    assert (read.port, read.catalog_dir, read.key, read.checked_log_level()) == (0, tmp_path, "sk-sb-mine", "DEBUG")


def test_a_log_level_of_another_programs_matters_to_none_but_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "trace")
    with pytest.raises(ValueError, match="LOG_LEVEL must be one of DEBUG"):
        LocalSettings.read().checked_log_level()
