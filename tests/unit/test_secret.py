import json
import pickle

import orjson
import pytest
from switchboard.secret import Secret


def test_a_secret_shows_nothing() -> None:
    secret = Secret("sk-1234")
    assert "sk-1234" not in f"{secret} {secret!r} {[secret]} %s" % secret
    assert secret.reveal() == "sk-1234"


def test_a_secret_is_not_serialised() -> None:
    for write in (json.dumps, orjson.dumps, pickle.dumps):
        with pytest.raises(TypeError):
            write(Secret("sk-1234"))


def test_secrets_compare_by_what_they_hide() -> None:
    assert Secret("a") == Secret("a")
    assert len({Secret("a"), Secret("a"), Secret("b")}) == 2
    assert Secret("a") != "a"
