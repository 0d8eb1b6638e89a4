"""Roles, order and emptiness: each rule is one that Anthropic answers with status 400 when it is broken."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from switchboard.errors import Failure, UpstreamFailure
from switchboard.providers.anthropic_messages.tool_ids import safe_id
from switchboard.signatures import marked

from tests.anthropic_examples import ANTHROPIC, PIXEL, chat, endpoint, sent

USER: dict[str, Any] = {"role": "user", "content": "hello"}


def call(identifier: str, arguments: str = "{}", name: str = "now") -> dict[str, Any]:
    return {"id": identifier, "type": "function", "function": {"name": name, "arguments": arguments}}


def calls(*made: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": None, "tool_calls": list(made), **fields}


def result(identifier: str, content: Any = "noon") -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": identifier, "content": content}


def talk(*messages: Any) -> Any:
    return sent(chat(*messages))["messages"]


def text(said: str) -> dict[str, str]:
    return {"type": "text", "text": said}


def test_leading_system_messages_are_hoisted_block_by_block() -> None:
    body = sent(chat({"role": "system", "content": "A"}, {"role": "developer", "content": "B"}, USER))
    assert body["system"] == [text("A"), text("B")]
    assert body["messages"] == [{"role": "user", "content": [text("hello")]}]


def test_a_system_message_in_the_middle_keeps_its_place() -> None:
    made = talk(USER, {"role": "assistant", "content": "hi"}, {"role": "system", "content": "Be brief"}, USER)
    assert made[2] == {"role": "user", "content": [text("<system>\nBe brief\n</system>"), text("hello")]}


def test_the_same_role_twice_becomes_one_turn() -> None:
    made = talk(USER, USER, {"role": "assistant", "content": "a"}, {"role": "assistant", "content": "b"})
    assert [turn["role"] for turn in made] == ["user", "assistant"]
    assert made[1]["content"] == [text("a"), text("b")]


def test_blank_texts_are_left_out() -> None:
    made = talk({"role": "user", "content": [text(""), text("  \n"), text("x")]})
    assert made == [{"role": "user", "content": [text("x")]}]


@pytest.mark.parametrize(
    "messages",
    [
        [{"role": "user", "content": ""}],
        [{"role": "system", "content": "only"}],
        [{"role": "user", "content": "   "}],
    ],
)
def test_a_conversation_without_a_word_still_has_a_user(messages: list[Any]) -> None:
    assert talk(*messages) == [{"role": "user", "content": [text(".")]}]


def test_a_conversation_that_the_assistant_begins_gets_a_user_before_it() -> None:
    made = talk({"role": "assistant", "content": "Welcome"}, USER)
    assert [turn["role"] for turn in made] == ["user", "assistant", "user"]


def test_the_beginning_of_an_answer_loses_its_trailing_space() -> None:
    assert talk(USER, {"role": "assistant", "content": "It is: \n"})[-1]["content"] == [text("It is:")]


def test_a_model_that_continues_no_answers_is_asked_to() -> None:
    request = chat(USER, {"role": "assistant", "content": "It is"})
    assert sent(request, endpoint(facts={"prefill": False}))["messages"][-1] == {
        "role": "user",
        "content": [text("Continue.")],
    }


def test_results_come_first_and_in_one_turn() -> None:
    made = talk(USER, calls(call("a"), call("b")), result("b", "two"), result("a", "one"), {**USER, "content": "and?"})
    assert [turn["role"] for turn in made] == ["user", "assistant", "user"]
    assert made[1]["content"] == [
        {"type": "tool_use", "id": "a", "name": "now", "input": {}},
        {"type": "tool_use", "id": "b", "name": "now", "input": {}},
    ]
    assert made[2]["content"] == [
        {"type": "tool_result", "tool_use_id": "a", "content": [text("one")]},
        {"type": "tool_result", "tool_use_id": "b", "content": [text("two")]},
        text("and?"),
    ]


def test_a_system_message_between_call_and_result_does_not_come_between_them() -> None:
    made = talk(USER, calls(call("a")), {"role": "system", "content": "S"}, result("a"))
    assert [part["type"] for part in made[2]["content"]] == ["tool_result", "text"]


def test_a_missing_result_is_said_to_be_missing() -> None:
    nothing = {"type": "tool_result", "tool_use_id": "a", "content": "[no result]", "is_error": True}
    assert talk(USER, calls(call("a")), USER)[2]["content"] == [nothing, text("hello")]
    assert talk(USER, calls(call("a")))[2]["content"] == [nothing]


def test_a_result_without_a_call_is_told_as_text() -> None:
    assert talk(USER, result("gone", "lost"))[0]["content"] == [text("hello"), text("lost")]


@pytest.mark.parametrize(
    ("arguments", "given"),
    [("", {}), ("{}", {}), ('{"a": 1}', {"a": 1}), ("{bad", {"_raw": "{bad"}), ("[1]", {"_raw": "[1]"})],
)
def test_arguments_are_an_object_whatever_the_model_wrote(arguments: str, given: Any) -> None:
    assert talk(USER, calls(call("a", arguments)))[1]["content"][0]["input"] == given


def test_ids_that_anthropic_refuses_are_renamed_alike_in_call_and_result() -> None:
    made = talk(USER, calls(call("functions.now:0")), result("functions.now:0"))
    identifier = made[1]["content"][0]["id"]
    assert identifier == safe_id("functions.now:0") == made[2]["content"][0]["tool_use_id"]
    assert identifier.startswith("toolu_")


def test_ids_that_return_in_a_later_turn_stay_apart() -> None:
    made = talk(USER, calls(call("call_0")), result("call_0"), calls(call("call_0")), result("call_0", "later"))
    assert [made[1]["content"][0]["id"], made[3]["content"][0]["id"]] == ["call_0", "call_0_2"]
    assert made[4]["content"][0]["tool_use_id"] == "call_0_2"


def test_calls_without_ids_get_their_results_in_order() -> None:
    made = talk(USER, calls(call(""), call("")), result("", "one"), result("", "two"))
    ids = [part["id"] for part in made[1]["content"]]
    assert len(set(ids)) == 2
    assert [part["tool_use_id"] for part in made[2]["content"]] == ids


@given(st.text())
def test_any_id_becomes_one_that_anthropic_takes(identifier: str) -> None:
    assert set(safe_id(identifier)) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
    assert 0 < len(safe_id(identifier)) <= 64


def picture(url: str) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url}}


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("https://p.test/cat.png", {"type": "url", "url": "https://p.test/cat.png"}),
        (f"data:image/png;base64,{PIXEL}", {"type": "base64", "media_type": "image/png", "data": PIXEL}),
        (f"data:image/jpeg;base64,{PIXEL}", {"type": "base64", "media_type": "image/png", "data": PIXEL}),
        ("data:image/jpg;base64,AAAA", {"type": "base64", "media_type": "image/jpeg", "data": "AAAA"}),
    ],
)
def test_pictures_go_by_url_or_by_what_their_bytes_are(url: str, source: Any) -> None:
    made = talk({"role": "user", "content": [picture(url), text("what is it?")]})
    assert made[0]["content"] == [{"type": "image", "source": source}, text("what is it?")]


def test_pictures_in_a_result_stay_there() -> None:
    made = talk(USER, calls(call("a")), result("a", [text("see"), picture("https://p.test/cat.png")]))
    assert [part["type"] for part in made[2]["content"][0]["content"]] == ["text", "image"]


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (
            "data:application/pdf;base64,JVBERi0x",
            {
                "type": "document",
                "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0x"},
                "title": "a.pdf",
            },
        ),
        (
            "data:text/plain;base64,aGVsbG8=",
            {
                "type": "document",
                "source": {"type": "text", "media_type": "text/plain", "data": "hello"},
                "title": "a.pdf",
            },
        ),
        (
            f"data:image/png;base64,{PIXEL}",
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}},
        ),
        (
            "https://f.test/a.pdf",
            {"type": "document", "source": {"type": "url", "url": "https://f.test/a.pdf"}, "title": "a.pdf"},
        ),
    ],
)
def test_files_become_documents_or_pictures(data: str, part: Any) -> None:
    file = {"type": "file", "file": {"filename": "a.pdf", "file_data": data}}
    assert talk({"role": "user", "content": [file]})[0]["content"] == [part]


@pytest.mark.parametrize(
    "part",
    [
        {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
        {"type": "video_url", "video_url": {"url": "https://v.test"}},
        {"type": "file", "file": {"file_id": "file-1"}},
        {"type": "file", "file": {"file_data": "data:application/zip;base64,AAAA"}},
        {"type": "file", "file": {"file_data": "data:text/plain;base64,////"}},
    ],
)
def test_what_anthropic_has_no_part_for_is_refused_and_not_lost(part: Any) -> None:
    with pytest.raises(UpstreamFailure) as failed:
        talk({"role": "user", "content": [part]})
    assert failed.value.failure is Failure.BAD_REQUEST


def thought(**fields: Any) -> dict[str, Any]:
    return {"type": "reasoning.text", "format": "anthropic-claude-v1", "index": 0, **fields}


def assistant(*details: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": "yes", "reasoning_details": list(details)}


def test_thinking_comes_first_with_the_providers_own_signature() -> None:
    said = assistant(thought(text="hm", signature=marked("SIG", "anthropic")))
    assert talk(USER, said, USER)[1]["content"] == [
        {"type": "thinking", "thinking": "hm", "signature": "SIG"},
        text("yes"),
    ]


def test_redacted_thinking_survives() -> None:
    said = assistant({"type": "reasoning.encrypted", "data": marked("SEALED", "anthropic")})
    assert talk(USER, said, USER)[1]["content"][0] == {"type": "redacted_thinking", "data": "SEALED"}


@pytest.mark.parametrize(
    "detail",
    [
        thought(text="unsigned"),
        thought(text="hm", signature=marked("SIG", "amazon-bedrock")),
        thought(text="hm", signature="SIG", format="google-gemini-v1"),
        {"type": "reasoning.encrypted", "data": marked("SEALED", "openai")},
    ],
)
def test_thinking_that_anthropic_has_not_signed_is_not_sent(detail: Any) -> None:
    assert talk(USER, assistant(detail), USER)[1]["content"] == [text("yes")]


def test_a_provider_that_signs_nothing_gets_its_thinking_back() -> None:
    quirky = endpoint(
        ANTHROPIC.__class__("x", "X", "anthropic-messages", "https://x.test", quirks=frozenset({"unsigned_thinking"}))
    )
    made = sent(chat(USER, assistant(thought(text="hm")), USER), quirky)["messages"]
    assert made[1]["content"][0] == {"type": "thinking", "thinking": "hm"}


blocks = st.sampled_from(["", " ", "text"])
messages = st.lists(
    st.one_of(
        st.builds(
            lambda role, said: {"role": role, "content": said}, st.sampled_from(["user", "system", "assistant"]), blocks
        ),
        st.builds(lambda ids: calls(*(call(i) for i in ids)), st.lists(st.sampled_from("abc"), min_size=1, max_size=3)),
        st.builds(result, st.sampled_from("abc")),
    ),
    min_size=1,
    max_size=8,
)


@given(messages)
def test_any_conversation_keeps_the_rules(given_messages: list[Any]) -> None:
    made = talk(*given_messages)
    assert [turn["role"] for turn in made] == [("user", "assistant")[n % 2] for n in range(len(made))]
    used: list[str] = []
    for before, turn in zip([{"content": []}, *made], made, strict=False):
        assert turn["content"]
        assert all(part["text"].strip() for part in turn["content"] if part["type"] == "text")
        ids = [part["id"] for part in before["content"] if part["type"] == "tool_use"]
        results = [part["tool_use_id"] for part in turn["content"] if part["type"] == "tool_result"]
        assert results == ids
        assert all(part["type"] == "tool_result" for part in turn["content"][: len(ids)])
        used += ids
    assert len(used) == len(set(used))
    assert not any(part["type"] == "tool_use" for part in made[-1]["content"])
