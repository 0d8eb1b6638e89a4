"""One chat completion: fault, refusal, answer, pace, in this order."""

import random
import time
from collections import defaultdict

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.simulator import answer as answers
from local.simulator import chunks, disturbances
from local.simulator.faults import Fault, FaultBoard, Rule
from local.simulator.json_types import JsonObject
from local.simulator.pace import INSTANT, Providers, Tempo
from local.simulator.playback import play
from local.simulator.prompt import read_prompt
from local.simulator.refusals import refuse
from local.simulator.script import Script
from local.simulator.tokens import PromptCache, Usage


class Chat:
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

    async def answer(self, request: Request, provider: str, body: JsonObject) -> Response:
        """Answer, refuse or fail."""
        self._board.meet(provider)
        rule = self._board.take(provider, str(body.get("model")))
        if rule is not None and rule.fault is Fault.HANG:
            await _until_disconnected(request)
        failure = disturbances.failure_of(rule) if rule is not None else None
        if failure is not None:
            return Response(failure.content, failure.status, failure.headers, failure.media_type)
        refusal = refuse(body, self._providers.find(provider).extra_fields)
        if refusal is not None:
            return JSONResponse(refusal.body(), refusal.status)
        self._asked[provider].add(str(body["model"]))
        reply = self._compose(provider, body, rule)
        headers = {"x-request-id": f"req_{reply.id.removeprefix('chatcmpl-')}", "x-simulated": "true"}
        tempo = self._tempo(request, provider, reply.model, rule)
        script = _script(reply, body, rule)
        media_type = "text/event-stream" if body.get("stream") else "application/json"
        return play(script, tempo, request.scope, media_type, headers)

    def _compose(self, provider: str, body: JsonObject, rule: Rule | None) -> chunks.Reply:
        messages, model, n = body["messages"], str(body["model"]), body.get("n") or 1
        assert isinstance(messages, list)
        assert isinstance(n, int)
        prompt = read_prompt(messages)
        seed = body.get("seed")
        chance = self._chance if seed is None else random.Random(f"{seed} {prompt}")
        fault = rule.fault if rule is not None else None
        found = [disturbances.disturb_answer(answers.compose(provider, body, prompt, chance), fault) for _ in range(n)]
        total, cached = self._cache.count_prompt(f"{provider}/{model}", body, time.monotonic())
        completion = sum(one.completion_tokens for one in found)
        return chunks.Reply(
            id=f"chatcmpl-{self._chance.getrandbits(112):028x}",
            created=int(time.time()),
            model=model,
            answers=[] if fault is Fault.NO_CHOICES else found,
            usage=Usage(total, cached, completion, sum(one.reasoning_tokens for one in found)),
            logprobs=bool(body.get("logprobs")),
            reasoning_field=self._providers.find(provider).reasoning_field,
        )

    def _tempo(self, request: Request, provider: str, model: str, rule: Rule | None) -> Tempo:
        if self._fast or "fast" in request.query_params:
            return INSTANT
        tempo = self._providers.find(provider).profile_of(model).draw(self._chance)
        return tempo.slowed() if rule is not None and rule.fault is Fault.SLOW else tempo


def _script(reply: chunks.Reply, body: JsonObject, rule: Rule | None) -> Script:
    if not body.get("stream"):
        whole = chunks.completion(reply)
        return [whole] if rule is None else disturbances.disturb_body(whole, rule.fault)
    options = body.get("stream_options")
    include_usage = isinstance(options, dict) and bool(options.get("include_usage"))
    script = chunks.stream(reply, include_usage=include_usage)
    return script if rule is None else disturbances.disturb_stream(script, rule)


async def _until_disconnected(request: Request) -> None:
    """Not a byte, until the client has had enough."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
