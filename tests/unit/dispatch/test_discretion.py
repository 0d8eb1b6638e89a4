import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from switchboard.dispatch.discretion import LONGEST, QUOTES_THE_PROMPT, WINDOW, fit_for_records, without_key
from switchboard.secret import Secret

from tests.examples import request

PROMPT = "My diagnosis is a secret between the two of us; tell nobody about the rash."


def kept(words: str, prompt: str = PROMPT) -> str:
    return fit_for_records(words, request(messages=[{"role": "user", "content": prompt}]))


def test_a_key_is_never_repeated() -> None:
    assert without_key("Bad key sk-1, really: sk-1", Secret("sk-1")) == "Bad key [key], really: [key]"
    assert without_key("Bad key", None) == "Bad key"


def test_what_a_provider_says_of_itself_is_kept() -> None:
    words = "The server had an error while processing your request. Sorry about that!"
    assert kept(words) == words


def test_a_short_prompt_is_recognised_whole() -> None:
    assert kept("I do not understand 'where is he?'", "where is he?") == QUOTES_THE_PROMPT


def test_a_body_is_recognised_as_it_was_sent() -> None:
    prompt = 'first line\nsecond "line"\nthird line'
    assert kept(r'{"content": "first line\nsecond \"line\"\nthird line"}', prompt) == QUOTES_THE_PROMPT


@pytest.mark.parametrize("secret", ["the account's balance is 1234.56 in gold", "1234.56 in gold"])
@pytest.mark.parametrize("arguments", ['{"of": {"owner": "Ada Lovelace"}}', '{"of": "Ada Lovelace'])
def test_a_tools_result_and_its_arguments_are_part_of_the_prompt(secret: str, arguments: str) -> None:
    call = {"id": "c", "type": "function", "function": {"name": "now", "arguments": arguments}}
    asked = request(
        messages=[
            {"role": "user", "content": "how much?"},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c", "content": secret},
        ]
    )
    for quoted in (secret, json.loads(arguments)["of"]["owner"] if arguments.endswith("}") else arguments):
        assert fit_for_records(f"cannot read: {quoted}", asked) == QUOTES_THE_PROMPT
    assert fit_for_records("cannot read it", asked) == "cannot read it"


@settings(max_examples=30)
@given(st.integers(0, len(PROMPT) - 2 * WINDOW), st.text("xyz ", max_size=40), st.text("xyz ", max_size=40))
def test_any_longer_part_of_the_prompt_is_recognised_wherever_it_stands(start: int, before: str, after: str) -> None:
    assert kept(before + PROMPT[start : start + 2 * WINDOW] + after) == QUOTES_THE_PROMPT


def test_no_more_is_kept_than_a_record_should_hold() -> None:
    assert len(kept("x" * 5000)) == LONGEST
