"""What Anthropic refuses, in its words."""

from local.simulator.refusal import Refusal
from local.simulator.reply import Call


def refuse(call: Call) -> Refusal | None:
    """The first thing wrong with a request, None if it is fine."""
    for field in ("model", "max_tokens", "messages"):
        if call.body.get(field) is None:
            return Refusal(400, f"{field}: Field required")
    return None
