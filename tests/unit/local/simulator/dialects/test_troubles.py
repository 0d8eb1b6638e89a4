"""Each provider's words for a trouble, as the gateway's own adapters class them."""

from collections.abc import Mapping

import pytest
from switchboard.errors import Failure, UpstreamFailure
from switchboard.providers.anthropic_messages import AnthropicMessagesUpstream
from switchboard.providers.bedrock_converse import BedrockConverseUpstream
from switchboard.providers.google_generate import GoogleGenerateUpstream
from switchboard.providers.interface import StreamDecoder, UpstreamDialect
from switchboard.providers.openai_chat import OpenAiChatUpstream
from switchboard.providers.openai_responses import OpenAiResponsesUpstream

from local.simulator.dialects import (
    ANTHROPIC_MESSAGES,
    BEDROCK_CONVERSE,
    GOOGLE_GENERATE,
    OPENAI_CHAT,
    OPENAI_RESPONSES,
)
from local.simulator.dialects.interface import Dialect
from local.simulator.failures import written
from local.simulator.trouble import Trouble
from tests.examples import endpoint

PAIRS: list[tuple[Dialect, UpstreamDialect]] = [
    (OPENAI_CHAT, OpenAiChatUpstream()),
    (OPENAI_RESPONSES, OpenAiResponsesUpstream()),
    (ANTHROPIC_MESSAGES, AnthropicMessagesUpstream()),
    (GOOGLE_GENERATE, GoogleGenerateUpstream()),
    (BEDROCK_CONVERSE, BedrockConverseUpstream()),
]
MEANS: Mapping[Trouble, tuple[Failure, ...]] = {
    Trouble.SERVER: (Failure.SERVER,),
    Trouble.UNAVAILABLE: (Failure.CAPACITY, Failure.SERVER),
    Trouble.OVERLOADED: (Failure.CAPACITY,),
    Trouble.RATE_LIMIT: (Failure.RATE_LIMIT,),
    Trouble.BAD_KEY: (Failure.UPSTREAM_AUTH,),
    Trouble.FORBIDDEN: (Failure.UPSTREAM_AUTH,),
    Trouble.NO_CREDIT: (Failure.UPSTREAM_AUTH,),
    Trouble.NO_MODEL: (Failure.MODEL_MISSING,),
    Trouble.CONTEXT_LENGTH: (Failure.CONTEXT_LENGTH,),
    Trouble.NO_KEY: (Failure.UPSTREAM_AUTH,),
    Trouble.UNREADABLE: (Failure.BAD_REQUEST,),
    Trouble.CONTENT_POLICY: (Failure.CONTENT_POLICY, Failure.BAD_REQUEST),
}


@pytest.mark.parametrize(("dialect", "upstream"), PAIRS, ids=[pair[0].name for pair in PAIRS])
@pytest.mark.parametrize("trouble", Trouble, ids=str)
def test_the_gateway_knows_the_trouble_by_its_words(
    dialect: Dialect, upstream: UpstreamDialect, trouble: Trouble
) -> None:
    failure = written(dialect.troubles[trouble], dialect)
    assert upstream.classify(failure.status, failure.headers, failure.content).failure in MEANS[trouble]


@pytest.mark.parametrize(("dialect", "upstream"), PAIRS, ids=[pair[0].name for pair in PAIRS])
@pytest.mark.parametrize("trouble", [Trouble.SERVER, Trouble.OVERLOADED, Trouble.RATE_LIMIT], ids=str)
def test_the_gateway_knows_it_in_the_middle_of_a_stream_too(
    dialect: Dialect, upstream: UpstreamDialect, trouble: Trouble
) -> None:
    decoder = upstream.decoder(endpoint())
    with pytest.raises(UpstreamFailure) as failed:
        read(decoder, dialect.error_event(dialect.troubles[trouble]))
    assert failed.value.failure in (*MEANS[trouble], Failure.SERVER)


def read(decoder: StreamDecoder, data: bytes) -> None:
    """To the end."""
    decoder.feed(data)
    decoder.close()


@pytest.mark.parametrize(("dialect", "upstream"), PAIRS[:4], ids=[pair[0].name for pair in PAIRS[:4]])
def test_an_event_that_cannot_be_read_is_skipped(dialect: Dialect, upstream: UpstreamDialect) -> None:
    decoder = upstream.decoder(endpoint())
    assert decoder.feed(dialect.malformed) == []
    with pytest.raises(UpstreamFailure) as failed:
        decoder.close()
    assert failed.value.failure is Failure.CUT


def test_a_frame_that_cannot_be_read_ends_the_stream() -> None:
    with pytest.raises(UpstreamFailure) as failed:
        read(BedrockConverseUpstream().decoder(endpoint()), BEDROCK_CONVERSE.malformed)
    assert failed.value.failure is Failure.SERVER
