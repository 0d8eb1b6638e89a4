import pytest
from switchboard.aws_credentials import credentials


def test_credentials_are_those_of_the_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "first")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "token")
    assert credentials().access_key == "first"
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "renewed")
    assert (credentials().access_key, credentials().session_token) == ("renewed", "token")
