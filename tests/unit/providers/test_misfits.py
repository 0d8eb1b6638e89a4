from typing import Any

import pytest
from switchboard.chat import Block, Other
from switchboard.errors import Failure, UpstreamFailure
from switchboard.providers.misfits import linked_files, linked_media, media_of, untranslatable

from tests.anthropic_examples import PIXEL, messages
from tests.examples import request

# Any: JSON that tests make up.
INSIDE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}}
LINKED = {"type": "image", "source": {"type": "url", "url": "https://p.test/x.png"}}
BY_ID = {"type": "image", "source": {"type": "file", "file_id": "file_1"}}
CALL = {"type": "tool_use", "id": "c", "name": "look", "input": {}}


def user(*parts: Any) -> Any:
    return {"role": "user", "content": list(parts)}


def fine(_block: Block) -> None:
    return None


def picky(block: Block) -> None:
    if isinstance(block, Other):
        raise UpstreamFailure(Failure.BAD_REQUEST, "Not that.")


def test_words_alone_fit_everywhere() -> None:
    assert untranslatable(messages(), picky) is None


def test_media_inside_a_result_counts() -> None:
    asked = messages(
        user({"type": "text", "text": "?"}),
        {"role": "assistant", "content": [CALL]},
        user({"type": "tool_result", "tool_use_id": "c", "content": [LINKED]}),
    )
    assert len(list(media_of(asked))) == 1
    assert linked_media(asked) is not None


def test_what_is_inside_the_request_is_not_linked() -> None:
    assert linked_media(messages(user(INSIDE))) is None


def test_a_picture_by_a_file_id_is_one_providers_own() -> None:
    assert "another provider" in (untranslatable(messages(user(BY_ID)), fine) or "")


def test_what_the_dialect_has_no_part_for_is_told_in_its_words() -> None:
    asked = request(messages=[user({"type": "future", "x": 1})])
    assert untranslatable(asked, picky) == "Not that"


def test_what_a_providers_own_tools_left_in_the_history_is_no_misfit() -> None:
    searched = {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}}
    asked = messages(user({"type": "text", "text": "?"}), {"role": "assistant", "content": [searched]}, user(INSIDE))
    assert untranslatable(asked, picky) is None


def test_a_linked_file_is_told_from_one_inside() -> None:
    def file(source: str) -> Any:
        return request(messages=[user({"type": "file", "file": {"file_data": source, "filename": "a.pdf"}})])

    assert linked_files(file("https://f.test/a.pdf")) is not None
    assert linked_files(file("data:application/pdf;base64,JVBERi0=")) is None


@pytest.mark.parametrize("fields", [{"n": 2}, {"modalities": ["text", "audio"]}, {"mcp_servers": [{}]}])
def test_settings_that_change_what_comes_back(fields: Any) -> None:
    assert untranslatable(request(**fields), fine) is not None


def test_some_can_give_several_answers() -> None:
    assert untranslatable(request(n=2), fine, choices=True) is None


def test_text_is_what_everyone_answers_in() -> None:
    assert untranslatable(request(n=1, modalities=["text"]), fine) is None


def test_a_dialect_may_know_tools_besides_functions() -> None:
    asked = messages(tools=[{"type": "bash_20250124", "name": "bash"}])
    assert untranslatable(asked, fine) == "it cannot run a tool of type `bash_20250124`"
    assert untranslatable(asked, fine, knows_tool=lambda tool: True) is None
