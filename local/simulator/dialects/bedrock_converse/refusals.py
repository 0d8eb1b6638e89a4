"""What Bedrock refuses, in its words."""

from local.simulator.dialects.bedrock_errors import INVALID
from local.simulator.refusal import Refusal
from local.simulator.reply import Call


def refuse(call: Call) -> Refusal | None:
    """The first thing wrong with a request, None if it is fine."""
    if not call.body.get("messages"):
        return Refusal(400, "A conversation must start with a user message. Try again.", type=INVALID)
    return None
