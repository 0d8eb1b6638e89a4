import orjson
import pytest
from switchboard.chat import Usage
from switchboard.errors import Failure, UpstreamFailure
from switchboard.json_types import JsonObject
from switchboard.protocols.openai_embeddings.parse import parse
from switchboard.providers.openai_chat import OpenAiChatUpstream

from tests.examples import endpoint

VECTORS = endpoint(output_modalities=frozenset({"embedding"}))
ROW: JsonObject = {"object": "embedding", "index": 0, "embedding": [0.5]}


def test_the_clients_words_go_to_the_other_route_without_the_gateways() -> None:
    given = {"model": "lab/one", "input": ["a"], "dimensions": 3, "user": None, "provider": {"only": ["acme"]}}
    request = OpenAiChatUpstream().build(parse(orjson.dumps(given)), VECTORS, None)
    assert request.url == "https://acme.test/v1/embeddings"
    assert orjson.loads(request.body) == {"model": "upstream-one", "input": ["a"], "dimensions": 3}


@pytest.mark.parametrize("usage", [{"prompt_tokens": 7, "total_tokens": 7}, {"total_tokens": 7}])
def test_vectors_are_content_and_their_tokens_are_read(usage: JsonObject) -> None:
    chunk = OpenAiChatUpstream().decode_reply(orjson.dumps({"data": [ROW], "usage": usage}), VECTORS)
    assert chunk.has_content
    assert Usage(input=7) in chunk.events


def test_without_a_count_there_is_no_usage() -> None:
    chunk = OpenAiChatUpstream().decode_reply(orjson.dumps({"data": [ROW]}), VECTORS)
    assert not any(isinstance(event, Usage) for event in chunk.events)


@pytest.mark.parametrize("body", [{}, {"data": []}, {"data": [{}]}, {"data": [None]}, {"choices": []}])
def test_a_reply_without_vectors_is_a_failure(body: JsonObject) -> None:
    with pytest.raises(UpstreamFailure) as caught:
        OpenAiChatUpstream().decode_reply(orjson.dumps(body), VECTORS)
    assert caught.value.failure is Failure.SERVER


def test_an_error_with_status_200_is_classified() -> None:
    body = orjson.dumps({"error": {"message": "slow down", "code": "rate_limit_exceeded"}})
    with pytest.raises(UpstreamFailure) as caught:
        OpenAiChatUpstream().decode_reply(body, VECTORS)
    assert caught.value.failure is Failure.RATE_LIMIT
