"""What cannot be carried everywhere: it arrives, or it is refused by name. Nothing is left out in silence."""

from collections.abc import Callable, Mapping

import pytest

from tests.contract.python.conftest import Cell
from tests.contract.python.questions import LINKED, Question, Reply

SEVERAL = "several answers"
LINK = "linked image"
EARLIER = "earlier response"
# Where a feature is refused, and with which code. A refusal that is not listed is a failure, and so is a listed one
# that does not come.
REFUSED: Mapping[str, Mapping[str, str]] = {
    SEVERAL: dict.fromkeys(
        ("openai-responses", "anthropic-messages", "bedrock-converse", "bedrock-invoke"), "no_endpoints"
    ),
    LINK: dict.fromkeys(("bedrock-converse", "bedrock-invoke"), "no_endpoints"),
    EARLIER: dict.fromkeys(
        (
            *("openai-chat", "openai-responses", "anthropic-messages", "google-generate"),
            *("bedrock-converse", "bedrock-invoke"),
        ),
        "previous_response_not_found",
    ),
}
ASKED: Mapping[str, Question] = {
    SEVERAL: Question("Say hello.", answers=2),
    LINK: Question("What is this?", attachments=(LINKED,)),
    EARLIER: Question("Go on.", continues="resp_123"),
}
ARRIVED: Mapping[str, Callable[[Reply], bool]] = {
    SEVERAL: lambda reply: reply.answers == 2,
    LINK: lambda reply: "1 image" in reply.text,
}


@pytest.mark.parametrize("feature", REFUSED)
def test_what_cannot_be_carried_is_refused_by_name(cell: Cell, feature: str) -> None:
    cell.skip_what_it_cannot(feature)
    code = REFUSED[feature].get(cell.upstream.dialect)
    if code is None:
        assert ARRIVED[feature](cell.client.ask(cell.account, cell.upstream.model, ASKED[feature]))
    else:
        with pytest.raises(tuple(cell.client.exceptions.values())) as caught:
            cell.client.ask(cell.account, cell.upstream.model, ASKED[feature])
        raised = cell.client.raised(caught.value)
        assert raised.status in (400, 404)
        assert raised.code == code
    cell.verdict(feature, code)
