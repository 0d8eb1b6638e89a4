"""What is wrong with how one case went; nothing, if the wall held."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle

from switchboard.transport.failures import CONNECT_SECONDS

from tests.fakes import Answered, ask
from tests.wall.canaries import HEADERS, PROMPT, UNKEPT, Sink, leaks
from tests.wall.cases import HEAVY, Case
from tests.wall.clients import CALLED, CLIENTS, TOOLS, Heard
from tests.wall.faults import Kind
from tests.wall.stand import DIALECTS, HASTY, MODEL, Gateway, Offer, Stand

SHORT = f"Say 12 words. {PROMPT.word}"
LONG = f"Say 60 words. {PROMPT.word}"
# What a failure that shows at once may cost a request, and what may come on top of a clock on a busy machine.
FAST_SECONDS = 1.0
SLACK_SECONDS = 2.0
# What a healthy endpoint may say, after its name: it chooses among a few endings.
Texts = frozenset[str]
ENDINGS = 4
LATE = 5
_SPEAKER = re.compile(r"\[simulated( [\w-]+\])?")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`misses` are sentences; `lost_ms` what failed attempts cost."""

    case: Case
    attempts: int
    lost_ms: int
    misses: tuple[str, ...]
    leaks: tuple[str, ...]


async def judged(stand: Stand, case: Case, texts: Texts) -> Verdict:
    gateway = await stand.gateway(case.offers)
    body = case.client.asks(MODEL, text_of(case), case.stream, tools=case.fault.calls)
    headers = HEADERS if case.draw & 2 else UNKEPT
    answer = await ask(gateway.app, "POST", case.client.path(MODEL, case.stream), body, **headers)
    heard = case.client.heard(answer, case.stream)
    misses = [*_shown(case, heard, texts), *_tried(case, gateway), *_unexpected(gateway)]
    attempts = gateway.attempts()
    lost = sum(attempt.duration_ms for attempt in attempts if attempt.outcome != "ok")
    return Verdict(case, len(attempts), lost, tuple(misses), tuple(leaked(gateway, answer, heard)))


async def whole_texts(stand: Stand) -> Texts:
    """Asked for until each of the endings has been heard."""
    (client, *_), found, turns = CLIENTS, set[str](), cycle((SHORT, LONG))
    while len(found) < 2 * ENDINGS:
        body = client.asks(MODEL, next(turns), False, tools=False)
        gateway = await stand.gateway([Offer(DIALECTS[0])])
        answer = await ask(gateway.app, "POST", client.path(MODEL, False), body, **UNKEPT)
        found.add(said_after_the_name(client.heard(answer, False).text))
    return frozenset(found)


def text_of(case: Case) -> str:
    """A long answer only where it is to break late; tools by their names."""
    if case.fault.calls:
        return f"{' and '.join(TOOLS)}, please. {PROMPT.word}"
    return LONG if case.fault.after > LATE else SHORT


def said_after_the_name(text: str) -> str:
    """Each simulated provider names itself first; what follows is the same from all."""
    return _SPEAKER.sub("", text, count=1)


def _breaks(case: Case) -> bool:
    """True if the answer begins with an endpoint that breaks off in the middle."""
    return case.stream and case.broken_at is not None


def _shown(case: Case, heard: Heard, texts: Texts) -> Iterator[str]:
    said = said_after_the_name(heard.text)
    kind = case.fault.kind
    if heard.error is not None and (_breaks(case) or kind is Kind.HONEST):
        yield from _broken(heard, said, texts)
    elif kind is Kind.FILTERED and 0 in case.failing:
        if heard.error is None and not heard.ended:
            yield "it was filtered, and neither ended nor refused"
    elif case.fault.calls:
        if heard.error is not None or heard.called() != CALLED or not heard.ended:
            yield f"its calls are {heard.called()}, its error is {heard.error}"
    else:
        yield from _complete(heard, said, texts)


def _broken(heard: Heard, said: str, texts: Texts) -> Iterator[str]:
    if heard.ended:
        yield "it broke off and looks complete"
    if not heard.usage:
        yield "it broke off and does not say what was used"
    if not any(text.startswith(said) for text in texts):
        yield f"what it said is not the beginning of the answer: {said[-40:]!r}"


def _complete(heard: Heard, said: str, texts: Texts) -> Iterator[str]:
    if heard.error is not None:
        yield f"it was refused: {heard.error[:200]}"
    elif said not in texts:
        yield f"its text is not the whole answer: {len(said)} characters, {said[-40:]!r}"
    elif not heard.ended or not heard.usage:
        yield "it is not ended, or does not say what was used"


def _tried(case: Case, gateway: Gateway) -> Iterator[str]:
    attempts = gateway.attempts()
    if not attempts:
        yield "nothing is on record"
    if len(attempts) > case.failing_first + 1:
        yield f"{len(attempts)} attempts for {case.failing_first} failing"
    limit = _longest(case)
    for attempt in attempts:
        if attempt.outcome != "ok" and not _breaks(case) and attempt.duration_ms > limit * 1000:
            yield f"{attempt.duration_ms} ms were lost at {attempt.endpoint}"


def _longest(case: Case) -> float:
    """What one failed attempt may take. A resolver that finds nothing is waited for as long as a connection."""
    if case.fault.plays == "no-such-host":
        return CONNECT_SECONDS + SLACK_SECONDS
    if case.fault.plays in HEAVY:
        return 2 * FAST_SECONDS
    if not case.fault.is_silent:
        return FAST_SECONDS
    return (HASTY.first_content if case.stream else HASTY.whole_answer(4000)) + SLACK_SECONDS


def _unexpected(gateway: Gateway) -> Iterator[str]:
    for failure in gateway.telemetry.failures:
        yield f"nobody expected this: {failure}"


def leaked(gateway: Gateway, answer: Answered, heard: Heard) -> list[str]:
    """What turned up where it has no business, each once."""
    shown = (Sink.REPLY, repr(answer.headers) + answer.body.decode())
    sinks = (*gateway.left_behind(), shown, (Sink.ERROR, heard.error or ""))
    return sorted({sentence for sink, text in sinks for sentence in leaks(sink, text)})
