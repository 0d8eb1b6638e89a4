"""`switchboard providers test ID`: what a provider really does with requests that matter, asked through the gateway.

A few tokens of real money: each probe is one short request to that provider alone, without fallbacks.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

import typer

from cli import show
from cli.endpoint import Connection, connected
from cli.gateway import Answer, HttpGateway
from cli.outcome import Refused

Read = Callable[[Mapping[str, Any]], str]  # Any: JSON

OK, FAILED, SKIPPED = "ok", "failed", "skipped"
MOST_TOKENS = 64
PIXEL = (
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)
CITY = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": CITY}}
SCHEMA = {"type": "json_schema", "json_schema": {"name": "place", "strict": True, "schema": CITY}}
# A value that every provider which knows the parameter takes.
USUAL_VALUES: Mapping[str, object] = {
    "temperature": 0.5,
    "top_p": 0.9,
    "top_k": 40,
    "min_p": 0.05,
    "frequency_penalty": 0.1,
    "presence_penalty": 0.1,
    "repetition_penalty": 1.1,
    "seed": 7,
    "stop": ["###"],
    "logit_bias": {"50256": -100},
    "logprobs": True,
    "max_completion_tokens": MOST_TOKENS,
}


@dataclass(frozen=True, slots=True)
class Probe:
    """One request and how it ended; `detail` is what came back or went wrong."""

    probe: str
    outcome: str
    detail: str = ""


@connected
def provider_test(
    to: Connection,
    name: Annotated[str, typer.Argument(help="The provider's id, for instance openai.")],
    model: Annotated[
        str | None, typer.Option(help="A model that it serves; default: the first that calls tools.")
    ] = None,
) -> None:
    """Ask a provider for a few tokens, a stream, a tool call, JSON, an image, and with each parameter."""
    gateway = to.over_http("inference")
    served = _served(gateway, name, model)
    probes = list(probed(gateway, name, served))
    if to.as_json:
        show.as_json({"provider": name, "model": served["id"], "probes": [asdict(one) for one in probes]})
    else:
        typer.echo(f"{name}, asked for {served['id']}")
        show.table([asdict(one) for one in probes], ("probe", "outcome", "detail"))
        typer.echo(f"\n{as_toml(probes)}")
    if any(one.outcome == FAILED and " " not in one.probe for one in probes):
        raise Refused(f"{name} failed: see above. GET /api/v1/generation?id= has each request's own words.")


def probed(gateway: HttpGateway, provider: str, model: Mapping[str, Any]) -> Iterator[Probe]:
    """`model` is a row of the model list."""
    ask = _Asking(gateway, provider, str(model["id"]))
    known = set(model["supported_parameters"])
    yield ask.probe("token", {}, _text)
    yield ask.stream()
    tool = {"tools": [TOOL], "tool_choice": "required"}
    yield ask.probe("tool", tool, _tool_call) if "tools" in known else Probe("tool", SKIPPED, "the catalog has none")
    reads_json = known & {"response_format", "structured_outputs"}
    yield ask.probe("json", {"response_format": SCHEMA}, _json) if reads_json else Probe("json", SKIPPED)
    image = [{"type": "text", "text": "Which colour?"}, {"type": "image_url", "image_url": {"url": PIXEL}}]
    sees = "image" in model["architecture"]["input_modalities"]
    yield ask.probe("image", {"messages": _said(image)}, _text) if sees else Probe("image", SKIPPED, "it reads none")
    yield ask.refusal("bad-parameter", {"temperature": "hot"})
    for name in sorted(known & USUAL_VALUES.keys()):
        yield ask.probe(f"parameter {name}", {name: USUAL_VALUES[name]}, _text)


def as_toml(probes: list[Probe]) -> str:
    """The parameters that worked, for the endpoint's file."""
    worked = [one.probe.removeprefix("parameter ") for one in probes if one.outcome == OK and " " in one.probe]
    return f"supported_parameters = {json.dumps(worked)} # of those that were tried"


@dataclass(frozen=True, slots=True)
class _Asking:
    gateway: HttpGateway
    provider: str
    model: str

    def probe(self, name: str, extra: Mapping[str, object], read: Read) -> Probe:
        answer = self._answer(extra)
        if answer.status != 200:
            return Probe(name, FAILED, _reason(answer))
        try:
            return Probe(name, OK, str(read(answer.json()["choices"][0]["message"]))[:60])
        except (KeyError, IndexError, TypeError, ValueError) as error:
            return Probe(name, FAILED, f"the answer is not what was asked for: {error}")

    def stream(self) -> Probe:
        body = self._body({"stream": True})
        with self.gateway.open("POST", "/api/v1/chat/completions", body) as reply:
            if reply.status != 200:
                return Probe("stream", FAILED, _reason(Answer(reply.status, {}, reply.read())))
            events = [line.strip() for line in reply if line.startswith(b"data:")]
        whole = events[-1:] == [b"data: [DONE]"]
        return Probe("stream", OK if whole else FAILED, f"{len(events)} events" if whole else "it broke off")

    def refusal(self, name: str, extra: Mapping[str, object]) -> Probe:
        answer = self._answer(extra)
        return Probe(name, OK if answer.status == 400 else FAILED, _reason(answer))

    def _answer(self, extra: Mapping[str, object]) -> Answer:
        return self.gateway.ask("POST", "/api/v1/chat/completions", self._body(extra))

    def _body(self, extra: Mapping[str, object]) -> dict[str, object]:
        only = {"only": [self.provider], "allow_fallbacks": False}
        plain = {"model": self.model, "messages": _said("Say hello to Paris."), "max_tokens": MOST_TOKENS}
        return {**plain, "provider": only, **extra}


def _served(gateway: HttpGateway, name: str, model: str | None) -> Mapping[str, Any]:
    """Raises Refused if the provider is unknown, or serves nothing of the kind."""
    query = urlencode({"providers": name, "output_modalities": "text", **({"q": model} if model else {})})
    rows: list[Mapping[str, Any]] = gateway.call("GET", f"/models?{query}").json()["data"]
    chosen = [row for row in rows if model in (None, row["id"])]
    if not chosen:
        raise Refused(f"{name} serves no model {f'`{model}`' if model else 'that answers with text'}.")
    return next((row for row in chosen if "tools" in row["supported_parameters"]), chosen[0])


def _said(content: object) -> list[dict[str, object]]:
    return [{"role": "user", "content": content}]


def _text(message: Mapping[str, Any]) -> str:
    text = message["content"] or message.get("reasoning")
    if not text:
        raise ValueError("no text")
    return " ".join(str(text).split())


def _tool_call(message: Mapping[str, Any]) -> str:
    call = message["tool_calls"][0]["function"]
    json.loads(call["arguments"])
    return f"{call['name']}({call['arguments']})"


def _json(message: Mapping[str, Any]) -> str:
    return json.dumps(json.loads(message["content"]))


def _reason(answer: Answer) -> str:
    try:
        return f"{answer.status}: {json.loads(answer.body)['error']['message']}"
    except (ValueError, KeyError, TypeError):
        return str(answer.status)
