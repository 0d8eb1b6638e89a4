import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.credentials import Credential, CredentialsError, read_credentials
from switchboard.secret import Secret

SEVERAL = '[{"name": "team", "key": "sk-1", "models": ["openai/*"], "keys": ["key-1"]}, "sk-2"]'


def read(text: str) -> tuple[Credential, ...]:
    return read_credentials(Secret(text))


def test_a_plain_key_is_one() -> None:
    assert read("sk-1") == (Credential(Secret("sk-1")),)
    assert read('{"type": "service_account"}')[0].secret == Secret('{"type": "service_account"}')


def test_a_list_keeps_its_order_and_names_those_without_a_name_by_their_place() -> None:
    first, second = read(SEVERAL)
    assert first == Credential(Secret("sk-1"), "team", ("openai/*",), ("key-1",))
    assert second == Credential(Secret("sk-2"), "2")


def test_one_alone_needs_no_name() -> None:
    assert read('[{"name": "team", "key": "sk-1"}]') == (Credential(Secret("sk-1")),)


@pytest.mark.parametrize(
    ("model", "key_id", "served"),
    [("openai/gpt-4.1", "key-1", True), ("openai/gpt-4.1", "key-2", False), ("lab/one", "key-1", False)],
)
def test_a_key_may_be_for_some_models_and_callers_only(model: str, key_id: str, served: bool) -> None:
    team, rest = read(SEVERAL)
    assert team.serves(model, key_id) is served
    assert rest.serves(model, key_id)


WRONG = (
    *("[", "[]", "[1]", "[null]", '[""]', '[{"name": "a"}]', '[{"key": ""}]', '[{"key": "k", "name": 1}]'),
    *('[{"key": "k", "model": ["x"]}]', '[{"key": "k", "models": "x"}]', '[{"key": "k", "keys": [1]}]'),
    '[{"key": "k1", "name": "a"}, {"key": "k2", "name": "a"}]',
)


@pytest.mark.parametrize("text", WRONG)
def test_a_list_that_is_wrong_says_where(text: str) -> None:
    with pytest.raises(CredentialsError, match=r"list"):
        read(text)


@given(st.text(max_size=30))
def test_no_mistake_tells_a_key(secret: str) -> None:
    key = f"sk-canary-{secret}"
    with pytest.raises(CredentialsError) as caught:
        read(f'[{{"key": "{key}", "nme": "x"')
    assert "canary" not in str(caught.value)
