from pathlib import Path

from switchboard.secret import Secret
from switchboard.storage.secrets import local_secrets, read_env_file

ENV = """
# provider keys
OPENAI_API_KEY=sk-1
export AZURE_API_KEY = "sk 2"  # west
EMPTY=
QUOTED='a#b'
HASH=a#b # comment
=nothing
no sign
EQUALS=a=b
"""


def test_an_env_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text(ENV)
    assert read_env_file(path) == {
        "OPENAI_API_KEY": "sk-1",
        "AZURE_API_KEY": "sk 2",
        "EMPTY": "",
        "QUOTED": "a#b",
        "HASH": "a#b",
        "EQUALS": "a=b",
    }


def test_no_env_file_is_an_empty_one(tmp_path: Path) -> None:
    assert read_env_file(tmp_path / ".env") == {}


def test_a_provider_without_a_key_is_left_out() -> None:
    names = {"openai": "OPENAI_API_KEY", "azure": "AZURE_API_KEY", "acme": "ACME"}
    assert local_secrets(names, {"OPENAI_API_KEY": "sk-1", "ACME": ""}) == {"openai": Secret("sk-1")}
