"""Amazon Bedrock's Converse and ConverseStream."""

from collections.abc import Mapping

from local.simulator.dialects.bedrock_converse.reading import read_prompt
from local.simulator.dialects.bedrock_converse.refusals import refuse
from local.simulator.dialects.bedrock_converse.writing import message, stream
from local.simulator.dialects.bedrock_errors import TROUBLES, error_body, error_event, error_headers, has_aws_key
from local.simulator.dialects.bedrock_frames import STREAM_TYPE, frame
from local.simulator.json_types import JsonObject
from local.simulator.prompt import Prompt
from local.simulator.refusal import Refusal
from local.simulator.reply import Call, Reply
from local.simulator.script import Send


class BedrockConverse:
    name = "bedrock-converse"
    stream_type = STREAM_TYPE
    malformed = frame({":event-type": "contentBlockDelta", ":message-type": "event"}, b'{"contentBlockIndex":0,"del')
    troubles = TROUBLES

    def has_key(self, headers: Mapping[str, str], _query: Mapping[str, str]) -> bool:
        return has_aws_key(headers)

    def refuse(self, call: Call) -> Refusal | None:
        return refuse(call)

    def read(self, call: Call) -> Prompt:
        return read_prompt(call)

    def counted(self, tokens: int) -> JsonObject:
        return {"inputTokens": tokens}

    def whole(self, reply: Reply) -> JsonObject:
        return message(reply)

    def stream(self, reply: Reply) -> list[Send]:
        return stream(reply)

    def error_body(self, refusal: Refusal) -> JsonObject:
        return error_body(refusal)

    def error_headers(self, refusal: Refusal) -> Mapping[str, str]:
        return error_headers(refusal)

    def error_event(self, refusal: Refusal) -> bytes:
        return error_event(refusal)
