"""The judge of leaks (tests/wall/canaries.py) finds what it is there to find: else its silence would mean nothing."""

import asyncio
import base64
import zlib

import pytest
from switchboard.storage.database import Key
from switchboard.transport.looped import LoopedClient

from tests.fakes import Answered
from tests.wall.canaries import CANARIES, HEADERS, IMAGE, PROMPT, PROVIDER_KEY, USER, Canary, Sink, leaks
from tests.wall.clients import CLIENTS, Client, Heard
from tests.wall.judge import leaked
from tests.wall.stand import DIALECTS, Gateway, Offer, Stand

NOTHING = Answered(200, {}, b"")


def gateway() -> Gateway:
    """One that nobody has asked yet."""

    async def made() -> Gateway:
        http = LoopedClient()
        try:
            return await Stand("http://127.0.0.1:9", http, {}).gateway([Offer(DIALECTS[0])])
        finally:
            await http.close()

    return asyncio.run(made())


@pytest.mark.parametrize("canary", CANARIES, ids=lambda canary: canary.name)
@pytest.mark.parametrize("sink", Sink, ids=lambda sink: sink.value)
def test_a_word_is_found_wherever_it_has_no_business(canary: Canary, sink: Sink) -> None:
    found = list(leaks(sink, f'{{"message": "generation", "seen": "{canary.word}-1"}}'))
    assert found == ([] if sink in canary.at_home else [f"{canary.name} leaked into {sink.value}"])


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
def test_a_word_is_found_in_base64_and_in_hexadecimal(before: str) -> None:
    data = f"{before}{IMAGE.word} and more".encode()
    for text in (base64.b64encode(data).decode(), data.hex()):
        assert list(leaks(Sink.LOG, text)) == [f"{IMAGE.name} leaked into the log"]


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_every_word_is_sent(client: Client) -> None:
    """Of an answer's user Google's dialect knows nothing; a provider's key is the gateway's to send."""
    sent = client.asks("lab/one", PROMPT.word, True, tools=False).decode() + repr(HEADERS)
    missing = {canary for canary in CANARIES if not any(shape in sent for shape in canary.shapes)}
    assert missing == ({PROVIDER_KEY, USER} if client.name == "google-generate" else {PROVIDER_KEY})


def test_a_log_line_with_the_prompt_in_it_is_a_leak() -> None:
    careless = gateway()
    assert leaked(careless, NOTHING, Heard()) == []
    careless.telemetry.warning("request_refused", {"cause": f"ValueError('{PROMPT.word}')"})
    assert leaked(careless, NOTHING, Heard()) == ["the prompt leaked into the log"]


def test_an_item_with_a_providers_key_in_it_is_a_leak() -> None:
    careless = gateway()
    careless.database.tables["UsageTable"] = {Key("a", "b"): {"message": f"401 {PROVIDER_KEY.word}-p0"}}
    assert leaked(careless, NOTHING, Heard()) == ["a provider's key leaked into a table"]


def test_a_kept_answer_is_looked_into() -> None:
    """It may quote the prompt, and no key."""
    careless = gateway()
    kept = zlib.compress(f"{PROMPT.word} {PROVIDER_KEY.word}".encode())
    careless.database.tables["KeysTable"][Key("a", "b")] = {"b": kept}
    assert leaked(careless, NOTHING, Heard()) == [
        "a provider's key leaked into an answer that is kept for its Idempotency-Key"
    ]


def test_an_error_and_a_replys_headers_are_looked_at() -> None:
    answer = Answered(200, {"x-provider": PROVIDER_KEY.word}, b"")
    assert leaked(gateway(), answer, Heard(error=f"no such file: {PROMPT.word}")) == [
        "a provider's key leaked into a reply",
        "the prompt leaked into an error",
    ]
