"""How many tokens a Messages request would have: an estimate, for nobody is asked."""

import orjson

from switchboard.accounting.estimate import without_margin
from switchboard.protocols.anthropic_messages.parse import parse


def count_tokens(body: bytes) -> bytes:
    """The answer of POST /v1/messages/count_tokens. Raises InvalidRequest as a request to answer would."""
    return orjson.dumps({"input_tokens": max(1, without_margin(parse(body).prompt_tokens))})
