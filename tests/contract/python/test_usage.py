"""What the SDK counts is what the gateway recorded; and who leaves is on record as gone."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.faults import Faults
from tests.contract.python.conftest import Cell
from tests.contract.python.questions import Question

Record = Callable[[str], dict[str, Any]]


@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])
def test_usage(cell: Cell, record: Record, streamed: bool) -> None:
    ask = cell.client.stream if streamed else cell.client.ask
    reply = ask(cell.account, cell.upstream.model, Question("Say hello."))
    kept = record(reply.generation)
    assert kept["provider_name"] == cell.upstream.provider
    assert not kept["usage_estimated"]
    assert reply.prompt_tokens == kept["tokens_prompt"] > 0
    assert reply.completion_tokens == kept["tokens_completion"] > 0
    assert kept["total_cost"] == pytest.approx((kept["tokens_prompt"] + 2 * kept["tokens_completion"]) / 1e6)
    cell.verdict("usage, streamed" if streamed else "usage")


def test_abort(cell: Cell, record: Record, faults: Faults) -> None:
    """The upstream goes silent in the middle, so that the answer cannot be over before its reader has left."""
    faults.on(provider=cell.upstream.provider, fault="stall", after=4)
    kept = record(cell.client.hang_up(cell.account, cell.upstream.model, Question("Say hello.")))
    assert kept["cancelled"]
    assert kept["tokens_completion"] > 0
    cell.verdict("abort")
