"""What Google refuses, in its words."""

from local.simulator.dialects.google_generate.errors import INVALID
from local.simulator.refusal import Refusal
from local.simulator.reply import Call


def refuse(call: Call) -> Refusal | None:
    """The first thing wrong with a request, None if it is fine."""
    if not call.body.get("contents"):
        return Refusal(400, "* GenerateContentRequest.contents: contents is not specified\n", type=INVALID)
    return None
