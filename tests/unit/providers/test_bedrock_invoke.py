"""Claude by InvokeModel: Anthropic's body in Bedrock's envelope, and its events out of Bedrock's frames."""

import base64
from collections.abc import Iterable
from typing import Any

import botocore.session
import orjson
import pytest
from botocore.awsrequest import AWSRequest, prepare_request_dict
from botocore.eventstream import EventStreamBuffer
from switchboard.catalog.model import Endpoint, Provider
from switchboard.chat import ChatRequest, Chunk, Finish, StreamEvent, TextDelta, Usage
from switchboard.errors import Failure
from switchboard.protocols.anthropic_messages import AnthropicMessages
from switchboard.providers.aws_signer import BedrockSigner
from switchboard.providers.bedrock_invoke import BedrockInvokeDecoder, BedrockInvokeUpstream
from switchboard.secret import Secret
from switchboard.wire.event_stream import encode_frame
from switchboard.wire.http import HttpRequest
from switchboard.wire.sigv4 import Credentials

from tests import recorded
from tests.anthropic_examples import BILL, chat, decoded, endpoint, events_of, frames, messages, sent, served
from tests.fakes import FakeClock
from tests.unit.wire.test_sigv4 import by_botocore

# Any: a JSON body, and what is read out of one, is whatever a test says it is.

NAMES = recorded.names("bedrock-invoke")
CLOCK = FakeClock()
WHO = Credentials("AKID", "secret", "token")
BASE = "https://bedrock-runtime.eu-west-1.amazonaws.com"
BEDROCK = Provider("amazon-bedrock", "Bedrock", "bedrock-converse", BASE, auth="aws-sigv4", region="eu-west-1")
MODEL = "global.anthropic.claude-sonnet-4-5-20250929-v1:0"
UPSTREAM = BedrockInvokeUpstream(CLOCK, BedrockSigner(lambda: WHO, "us-east-1", CLOCK))


def claude(**changes: Any) -> Endpoint:
    return endpoint(BEDROCK, upstream_id=MODEL, invoke="anthropic-messages", **changes)


def built(request: ChatRequest, secret: Secret | None = None, **changes: Any) -> HttpRequest:
    return UPSTREAM.build(request, claude(**changes), secret)


def body(request: ChatRequest, **changes: Any) -> Any:
    return orjson.loads(built(request, **changes).body)


def read(pieces: Iterable[bytes]) -> tuple[list[Chunk], Failure | None]:
    return recorded.decoded(BedrockInvokeDecoder(), pieces)


def events(name: str) -> list[StreamEvent]:
    chunks, failure = read([recorded.read("bedrock-invoke", name)])
    assert failure is None
    return events_of(chunks)


def test_such_an_endpoint_is_asked_by_invoke_and_answers_in_anthropics_words() -> None:
    assert (claude().protocol, claude().dialect) == (UPSTREAM.name, "anthropic-messages")


def test_versions_and_betas_are_in_the_body_and_model_and_stream_are_not() -> None:
    asked = messages(stream=True, headers={"anthropic-beta": "interleaved-thinking-2025-05-14"})
    made = body(asked)
    assert made.pop("anthropic_version") == "bedrock-2023-05-31"
    assert made.pop("anthropic_beta") == ["interleaved-thinking-2025-05-14"]
    assert made == {"max_tokens": 1000, "messages": [{"role": "user", "content": "hello"}]}


def test_no_betas_are_no_list() -> None:
    assert "anthropic_beta" not in body(messages())
    asked = messages(headers={"anthropic-beta": "claude-code-20250219"})
    assert "anthropic_beta" not in body(asked, facts={"betas": []})


def test_what_only_anthropics_own_service_knows_is_left_out() -> None:
    made = body(messages(service_tier="auto", inference_geo="eu", metadata={"user_id": "u"}))
    assert {"service_tier", "inference_geo"}.isdisjoint(made)
    assert made["metadata"] == {"user_id": "u"}


def test_a_chat_clients_body_is_the_one_that_anthropic_would_get() -> None:
    asked = chat(temperature=0.5, max_tokens=99)
    expected = sent(asked)
    made = body(asked)
    del expected["model"], made["anthropic_version"]
    assert made == expected


THOUGHTS: list[Any] = [
    {"role": "user", "content": "?"},
    {
        "role": "assistant",
        "content": [
            {"type": "thinking", "thinking": "", "signature": "sb1:amazon-bedrock:EqQB=="},
            {"type": "tool_use", "id": "toolu_bdrk_01", "name": "now", "input": {"deep": [1, None]}},
        ],
    },
    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_bdrk_01", "content": "noon"}]},
]


def test_replayed_thinking_is_what_bedrock_signed() -> None:
    made = body(messages(*THOUGHTS, thinking={"type": "enabled", "budget_tokens": 1024}, max_tokens=9000))
    assert made["messages"][1]["content"][0] == {"type": "thinking", "thinking": "", "signature": "EqQB=="}
    assert made["messages"][1]["content"][1] == THOUGHTS[1]["content"][1]
    assert made["thinking"] == {"type": "enabled", "budget_tokens": 1024}


def botocores_url(operation: str) -> str:
    session = botocore.session.get_session()
    session.set_credentials("AKID", "secret")
    client = session.create_client("bedrock-runtime", "eu-west-1")
    shape = client.meta.service_model.operation_model(operation)
    told = client._serializer.serialize_to_request({"modelId": MODEL, "body": b"{}"}, shape)
    prepare_request_dict(told, endpoint_url=BASE)
    return str(AWSRequest(told["method"], told["url"]).url)


@pytest.mark.parametrize(("stream", "operation"), [(False, "InvokeModel"), (True, "InvokeModelWithResponseStream")])
def test_the_address_and_the_signature_are_botocores(stream: bool, operation: str) -> None:
    request = built(messages(stream=stream))
    assert request.url == botocores_url(operation)
    plain = {k: v for k, v in request.headers.items() if not k.startswith(("X-Amz-", "Authorization"))}
    unsigned = HttpRequest(request.method, request.url, plain, request.body)
    assert request.headers == by_botocore(unsigned, WHO, ("eu-west-1", "bedrock"), CLOCK.now())


def test_a_key_goes_before_a_signature() -> None:
    headers = built(messages(), Secret("key")).headers
    assert headers["authorization"] == "Bearer key"
    assert not any(name.lower().startswith("x-amz") for name in headers)


@pytest.mark.parametrize("name", NAMES)
def test_a_recorded_stream_is_the_same_at_every_split(name: str) -> None:
    stream = recorded.read("bedrock-invoke", name)
    expected = read(bytes([byte]) for byte in stream)
    for pieces in recorded.splits(stream):
        chunks, failure = read(pieces)
        assert failure == expected[1]
        assert chunks == expected[0] or failure  # what arrives together with a failure may not be shown any more


@pytest.mark.parametrize("name", [name for name in NAMES if name != "cut-in-a-frame"])
def test_a_recorded_stream_is_one_that_the_service_model_knows(name: str) -> None:
    model = botocore.session.get_session().get_service_model("bedrock-runtime")
    members = model.operation_model("InvokeModelWithResponseStream").get_event_stream_output().members
    buffer = EventStreamBuffer()
    buffer.add_data(recorded.read("bedrock-invoke", name))
    kinds = [message.headers.get(":event-type") or message.headers[":exception-type"] for message in buffer]
    assert kinds
    assert set(kinds) <= set(members)


@pytest.mark.parametrize("name", ["plain-text", "thinking-and-tool", "redacted-thinking"])
def test_it_says_what_the_same_events_say_at_anthropic(name: str) -> None:
    assert events(name) == events_of(decoded(recorded.read("anthropic-messages", name)))


def test_bedrocks_own_counts_are_not_passed_on() -> None:
    chunks, _ = read([recorded.read("bedrock-invoke", "plain-text")])
    assert chunks[-1].native == {"type": "message_stop"}


def test_anthropics_sdk_is_given_the_stream_as_it_came() -> None:
    renderer = AnthropicMessages().stream(served("anthropic-messages", "amazon-bedrock"), messages(stream=True))
    chunks, _ = read([recorded.read("bedrock-invoke", "redacted-thinking")])
    made = frames(renderer.render(chunks) + renderer.finish(BILL))
    assert made[0]["type"] == "message_start"
    assert made[-1]["type"] == "message_stop"


@pytest.mark.parametrize(
    ("name", "failure"),
    [
        ("throttled-after-text", Failure.RATE_LIMIT),
        ("validation-at-once", Failure.BAD_REQUEST),
        ("model-stream-error", Failure.SERVER),
        ("cut-without-stop", Failure.CUT),
        ("cut-in-a-frame", Failure.CUT),
    ],
)
def test_a_stream_that_fails(name: str, failure: Failure) -> None:
    assert read([recorded.read("bedrock-invoke", name)])[1] is failure


def framed(data: bytes, kind: str = "chunk") -> bytes:
    payload = orjson.dumps({"bytes": base64.b64encode(data).decode()})
    return encode_frame({":message-type": "event", ":event-type": kind}, payload)


def test_an_error_event_inside_a_chunk_is_anthropics_own() -> None:
    overloaded = b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'
    assert read([framed(overloaded)])[1] is Failure.CAPACITY


def test_a_frame_of_an_unknown_kind_is_skipped() -> None:
    assert BedrockInvokeDecoder().feed(framed(b'{"type":"message_stop"}', "future")) == []


def test_what_is_no_base64_is_the_providers_failure() -> None:
    frame = encode_frame({":message-type": "event", ":event-type": "chunk"}, b'{"bytes":"!"}')
    assert read([frame])[1] is Failure.SERVER


def test_a_whole_reply_is_anthropics() -> None:
    reply = {
        "type": "message",
        "content": [{"type": "text", "text": "Hi"}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 3, "output_tokens": 1},
    }
    chunk = UPSTREAM.decode_reply(orjson.dumps(reply), claude())
    assert chunk.events == (TextDelta("Hi"), Finish("stop", "end_turn"), Usage(input=3, output=1))


def test_an_error_is_bedrocks() -> None:
    headers = {"x-amzn-errortype": "ThrottlingException:http://x"}
    assert UPSTREAM.classify(429, headers, b'{"message":"slow"}').failure is Failure.RATE_LIMIT
