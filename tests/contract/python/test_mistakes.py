"""Everything that goes wrong raises the SDK's own exception for it, with a word that a program can act on."""

import json
import re
import urllib.request

import pytest

from tests.contract.conftest import ADMIN_KEY, Running
from tests.contract.faults import Faults
from tests.contract.python.conftest import Cell
from tests.contract.python.driver import Account, Driver, Mistake, Raised
from tests.contract.python.questions import Question
from tests.contract.python.upstreams import UPSTREAMS, small_model

HELLO = Question("Say hello.")
MODEL = UPSTREAMS[0].model
TOO_MUCH = "x" * (21 * 1024 * 1024)
# What Codex, Claude Code and others look for before they compact a conversation.
OVERFLOW = re.compile(r"context_length_exceeded|prompt is too long|exceeds the maximum number of tokens", re.IGNORECASE)
FAULTS = {
    Mistake.RATE_LIMIT: "429",
    Mistake.OVERLOADED: "503",
    Mistake.SERVER: "500",
    Mistake.UPSTREAM_KEY: "401",
}


def exception_of(driver: Driver, mistake: Mistake, account: Account, model: str, question: Question) -> Raised:
    with pytest.raises(driver.exceptions[mistake]) as caught:
        driver.ask(account, model, question)
    return driver.raised(caught.value)


def test_a_bad_request(client: Driver, account: Account) -> None:
    raised = exception_of(client, Mistake.BAD_REQUEST, account, MODEL, Question("Hi", max_tokens=-1))
    assert raised.status == 400


def test_an_unknown_key(client: Driver, account: Account) -> None:
    stranger = Account(account.url, "sk-sb-nobody")
    assert exception_of(client, Mistake.NO_KEY, stranger, MODEL, HELLO).status == 401


@pytest.fixture(scope="module")
def penniless(gateway: Running) -> Account:
    """Whose key may spend a millionth of a dollar."""
    body = json.dumps({"name": "penniless", "limit": 0.000001}).encode()
    headers = {"authorization": f"Bearer {ADMIN_KEY}", "content-type": "application/json"}
    request = urllib.request.Request(f"{gateway.url}/api/v1/keys", data=body, headers=headers)
    with urllib.request.urlopen(request, timeout=30) as reply:
        return Account(gateway.url, json.loads(reply.read())["key"])


def test_a_key_without_credit(client: Driver, penniless: Account) -> None:
    assert exception_of(client, Mistake.NO_CREDIT, penniless, MODEL, HELLO).status == 402


def test_an_unknown_model(client: Driver, account: Account) -> None:
    raised = exception_of(client, Mistake.NO_MODEL, account, "contract/openai-chatt", HELLO)
    assert raised.status == 404
    assert "contract/openai-chat" in raised.text


def test_a_body_too_large(client: Driver, account: Account) -> None:
    assert exception_of(client, Mistake.TOO_LARGE, account, MODEL, Question(TOO_MUCH)).status == 413


def test_a_prompt_too_long_for_the_model(client: Driver, account: Account) -> None:
    raised = exception_of(client, Mistake.CONTEXT, account, MODEL, Question("word " * 400_000))
    assert raised.status == 400
    assert OVERFLOW.search(raised.text)


@pytest.mark.parametrize("mistake", FAULTS, ids=lambda mistake: mistake.name.lower())
def test_a_provider_that_fails(cell: Cell, faults: Faults, mistake: Mistake) -> None:
    # Who is told to wait lets the endpoint alone meanwhile, and other cells need it.
    faults.on(provider=cell.upstream.provider, fault=FAULTS[mistake], retry_after=0)
    raised = exception_of(cell.client, mistake, cell.account, cell.upstream.model, HELLO)
    assert raised.status is not None
    assert (raised.status >= 500) == mistake.value.startswith("5xx")
    cell.verdict(f"error: {mistake}")


def test_a_prompt_longer_than_its_provider_takes(cell: Cell) -> None:
    """Of this model the gateway knows no context: the provider counts, and says no in its own words."""
    model = small_model(cell.upstream.dialect)
    raised = exception_of(cell.client, Mistake.CONTEXT, cell.account, model, Question("word " * 9000))
    assert raised.status == 400
    assert OVERFLOW.search(raised.text)
    cell.verdict(f"error: {Mistake.CONTEXT}")


@pytest.mark.parametrize("fault", ["error-in-stream", "cut"])
def test_a_stream_that_breaks_off(cell: Cell, faults: Faults, fault: str) -> None:
    # In one piece with its error, the beginning would never be shown: that is an answer of 5xx, not a broken stream.
    faults.on(provider=cell.upstream.provider, fault=fault, after=2, pause=0.2)
    with pytest.raises(cell.client.exceptions[Mistake.BROKEN_STREAM]):
        cell.client.stream(cell.account, cell.upstream.model, HELLO)
    cell.verdict(f"error: stream ends in {fault}")
