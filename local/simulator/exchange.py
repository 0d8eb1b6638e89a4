"""One call to a simulated provider: fault, refusal, answer, pace, in this order. Knows no dialect by name."""

import random
import time
from collections import defaultdict

from starlette.requests import Request
from starlette.responses import Response

from local.simulator import answer as answers
from local.simulator import disturbances, failures
from local.simulator.dialects.interface import Dialect
from local.simulator.faults import Fault, FaultBoard, Rule
from local.simulator.pace import INSTANT, Provider, Providers, Tempo
from local.simulator.playback import abort_of, play
from local.simulator.prompt import Prompt
from local.simulator.refusal import Failure, Refusal
from local.simulator.reply import Call, Reply, to_bytes
from local.simulator.script import Script, Send
from local.simulator.tokens import PromptCache, Usage, context_of, count_turn
from local.simulator.trouble import Trouble

DRIP_SECONDS = 10.0  # between two tokens


class Exchange:
    """Holds what lasts between requests: faults, the prompt cache, the stream of chance."""

    def __init__(
        self, providers: Providers, board: FaultBoard, cache: PromptCache, chance: random.Random, fast: bool
    ) -> None:
        self._providers = providers
        self._board = board
        self._cache = cache
        self._chance = chance
        self._fast = fast
        self._asked: defaultdict[str, set[str]] = defaultdict(set)

    def models_of(self, provider: str) -> list[str]:
        """Models with a pace of their own, and those asked for so far: a simulated provider serves any."""
        return sorted({*self._providers.find(provider).models, *self._asked[provider]})

    def traits_of(self, provider: str) -> Provider:
        return self._providers.find(provider)

    async def answer(self, request: Request, dialect: Dialect, call: Call) -> Response:
        """Answer, refuse or fail."""
        self._board.meet(call.provider)
        rule = self._board.take(call.provider, call.model)
        if rule is not None and rule.fault is Fault.HANG:
            await _until_disconnected(request)
        if rule is not None and rule.fault is Fault.RESET:
            abort_of(request.scope)()
            await _until_disconnected(request)
        if rule is not None and rule.fault in (Fault.ECHO, Fault.ECHO_WORDS):
            return failure_response(failures.echoed(call, dialect, whole=rule.fault is Fault.ECHO))
        failure = failures.failure_of(rule, dialect) if rule is not None else None
        if failure is not None:
            return failure_response(failure)
        refusal = dialect.refuse(call)
        if refusal is not None:
            return refusal_response(refusal, dialect)
        prompt = dialect.read(call)
        if sum(map(count_turn, prompt.turns)) > context_of(call.model):
            return refusal_response(dialect.troubles[Trouble.CONTEXT_LENGTH], dialect)
        self._asked[call.provider].add(call.model)
        reply = self._compose(prompt, call, rule)
        headers = {"x-request-id": f"req_{reply.key}", "x-simulated": "true"}
        script = _script(reply, dialect, rule)
        return play(script, self._tempo(request, call, rule), request.scope, _media_type(dialect, call, rule), headers)

    def count(self, dialect: Dialect, call: Call) -> Response:
        """Only the length of the prompt."""
        prompt = dialect.read(call)
        return Response(to_bytes(dialect.counted(sum(map(count_turn, prompt.turns)))), media_type="application/json")

    def _compose(self, prompt: Prompt, call: Call, rule: Rule | None) -> Reply:
        chance = self._chance if prompt.seed is None else random.Random(f"{prompt.seed} {prompt}")
        fault = rule.fault if rule is not None else None
        found = (
            []
            if fault is Fault.NO_CHOICES
            else [
                disturbances.disturb_answer(answers.compose(call.provider, prompt, chance), fault)
                for _ in range(prompt.choices)
            ]
        )
        counted = self._cache.count_prompt(f"{call.provider}/{call.model}", prompt, time.monotonic())
        completion = sum(one.completion_tokens for one in found)
        return Reply(
            key=f"{self._chance.getrandbits(112):028x}",
            created=int(time.time()),
            answers=found,
            usage=Usage(counted, completion, sum(one.reasoning_tokens for one in found)),
            call=call,
            prompt=prompt,
        )

    def _tempo(self, request: Request, call: Call, rule: Rule | None) -> Tempo:
        fault = rule.fault if rule is not None else None
        if fault is Fault.DRIP:
            return Tempo(0.0, DRIP_SECONDS)
        if self._fast or "fast" in request.query_params:
            return INSTANT
        tempo = call.traits.profile_of(call.model).draw(self._chance)
        return tempo.slowed() if fault is Fault.SLOW else tempo


def failure_response(failure: Failure) -> Response:
    return Response(failure.content, failure.status, dict(failure.headers), failure.media_type)


def refusal_response(refusal: Refusal, dialect: Dialect) -> Response:
    return failure_response(failures.written(refusal, dialect))


def _script(reply: Reply, dialect: Dialect, rule: Rule | None) -> Script:
    if reply.call.streams:
        script = dialect.stream(reply)
        return script if rule is None else disturbances.disturb_stream(script, rule, dialect)
    whole = Send(to_bytes(dialect.whole(reply)), reply.usage.completion, content=True)
    return [whole] if rule is None else disturbances.disturb_body(whole, rule.fault, dialect)


def _media_type(dialect: Dialect, call: Call, rule: Rule | None) -> str:
    if rule is not None and rule.fault is Fault.WRONG_TYPE:
        return "text/html"
    return dialect.stream_type if call.streams else "application/json"


async def _until_disconnected(request: Request) -> None:
    """Not a byte, until the client has had enough."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
