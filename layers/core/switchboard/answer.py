"""One answer in the making: who asked, who serves it, what it costs, and in the end its record."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from switchboard.accounting.estimate import without_margin
from switchboard.accounting.generation import PROBE_HEADER, Generation
from switchboard.accounting.price import Bill, as_priced, bill
from switchboard.catalog.model import Endpoint
from switchboard.chat import NO_USAGE, ChatRequest, Served
from switchboard.dispatch import OK, Dispatch
from switchboard.errors import AllAttemptsFailed, GatewayStopping, GenerationStopped, SwitchboardError
from switchboard.json_types import Json, JsonObject
from switchboard.protocols.interface import StreamRenderer
from switchboard.reservations import Admission
from switchboard.routing.explain import metadata
from switchboard.storage.keys import ApiKey

# A provider's fact: whoever hangs up pays for the whole answer, so it is read to its exact count.
BILLED_AFTER_CANCEL = "billed_after_cancel"
NOT_SERVED = Bill(NO_USAGE, 0, 0)
# Fields that callers fill in themselves are cut, so that a record stays a small item.
LONGEST_LABEL = 256
# Who sends one of these is told how the request was routed: ours, and OpenRouter's.
ROUTE_HEADERS = ("x-switchboard-route", "x-openrouter-metadata")
YES = ("1", "true", "enabled")


@dataclass(frozen=True, slots=True)
class Caller:
    """The key's id, and what the caller says of itself."""

    key_id: str
    referer: str | None
    app: str | None
    user: str | None
    session: str | None
    wants_route: bool = False
    is_probe: bool = False

    @classmethod
    def of(cls, key: ApiKey, request: ChatRequest, headers: Mapping[str, str]) -> "Caller":
        return cls(
            key_id=key.id,
            referer=_label(headers.get("http-referer") or headers.get("referer")),
            app=_label(headers.get("x-openrouter-title") or headers.get("x-title")),
            user=_label(request.parameters.get("user") or request.native.get("user")),
            session=_label(request.gateway.get("session_id") or headers.get("x-session-id")),
            wants_route=any(headers.get(name, "").lower() in YES for name in ROUTE_HEADERS),
            is_probe=headers.get(PROBE_HEADER, "").lower() in YES,
        )


class Answer:
    """`created` is in Unix seconds."""

    def __init__(self, generation_id: str, created: float, caller: Caller, admission: Admission, run: Dispatch) -> None:
        self.generation_id = generation_id
        self.created = created
        self.caller = caller
        self.admission = admission
        self.request = admission.request
        self.run = run
        self.renderer: StreamRenderer | None = None
        self.conversation: str | None = None
        self._endpoint: Endpoint | None = None
        self._error: SwitchboardError | None = None

    def commit(self) -> dict[str, str]:
        """From now on this answer is that of the endpoint which `run` has committed to; the headers that say so."""
        if self.run.current is None:
            raise RuntimeError("no endpoint has answered")
        self._endpoint = self.run.current.endpoint
        route = {ROUTE_HEADERS[0]: json.dumps(self._route())} if self.caller.wants_route else {}
        return {**endpoint_headers(self._endpoint), **self.run.current.fitted.headers, **route}

    @property
    def endpoint(self) -> Endpoint | None:
        """Who serves it, from the first content on."""
        return self._endpoint

    @property
    def is_served(self) -> bool:
        """True from the first content on: there is something to bill."""
        return self._endpoint is not None

    @property
    def is_billed_after_cancel(self) -> bool:
        """True if its provider bills the whole answer even when nobody waits for it."""
        return self._endpoint is not None and self._endpoint.provider.facts.get(BILLED_AFTER_CANCEL) is True

    @property
    def is_whole(self) -> bool:
        """True once the provider's answer has come to its end and nothing went wrong on the way out."""
        return self._error is None and bool(self.run.attempts) and self.run.attempts[-1].outcome == OK

    @property
    def is_stopped(self) -> bool:
        return isinstance(self._error, GenerationStopped | GatewayStopping)

    def stopped(self) -> None:
        """A whole answer is billed whoever waits for it, so its endpoint is taken for the one that served."""
        if self.run.current and not self.request.stream:
            self.commit()

    def failed(self, error: SwitchboardError) -> None:
        self._error = error

    def served(self) -> Served:
        endpoint = self._endpoint
        return Served(
            self.generation_id,
            int(self.created),
            endpoint.model if endpoint else self.request.model,
            endpoint.provider.id if endpoint else "",
            endpoint.provider.name if endpoint else "",
            endpoint.dialect if endpoint else self.request.protocol,
            without_margin(self.request.prompt_tokens),
            self.request,
            self._route() if self.caller.wants_route else None,
        )

    def _route(self) -> JsonObject:
        return metadata(self.request.model, self.admission.plan, self.run.attempts, self._endpoint)

    def bill(self) -> Bill:
        """So far; nothing is billed for what no endpoint has served."""
        return self._billed()[0]

    def _billed(self) -> tuple[Bill, bool]:
        """True: what is billed was counted here, because the provider never said."""
        if self._endpoint is None:
            return NOT_SERVED, False
        price = self._endpoint.price
        usage, is_estimated = self.run.tally.billed_usage(self.request)
        return bill(as_priced(usage, self.request, price), price, self.created), is_estimated

    def attempts_begun(self) -> int:
        return len(self.run.attempts) + (1 if self.run.current else 0)

    def generation(self, finished: float, *, cancelled: bool) -> Generation:
        """The record, once the run is over. `finished` is in Unix seconds."""
        tools_ok = self.run.tally.tools_ok(self.request) if self.is_whole else None
        record = self._record(finished, cancelled=cancelled)
        return replace(record, tools_ok=tools_ok, is_probe=self.caller.is_probe)

    def _record(self, finished: float, *, cancelled: bool) -> Generation:
        endpoint, tally, (charged, is_estimated) = self._endpoint, self.run.tally, self._billed()
        finish = tally.finish if endpoint else None
        return Generation(
            id=self.generation_id,
            key_id=self.caller.key_id,
            created=self.created,
            finished=finished,
            model=endpoint.model if endpoint else self.run.first_choice.model,
            model_asked=self.request.model,
            protocol=self.request.protocol,
            streamed=self.request.stream,
            attempts=tuple(self.run.attempts),
            endpoint=endpoint.id if endpoint else None,
            provider=endpoint.provider.id if endpoint else None,
            finish_reason=finish.reason if finish else "error" if self._error else None,
            native_finish_reason=finish.native if finish else None,
            usage=charged.usage,
            cost=charged.total,
            price_source=endpoint.price.source if endpoint else None,
            unpriced=charged.unpriced,
            cancelled=cancelled,
            estimated=is_estimated,
            upstream_id=tally.upstream_id if endpoint else None,
            error=self._error.code if self._error else None,
            referer=self.caller.referer,
            app=self.caller.app,
            user=self.caller.user,
            session=self.caller.session,
        )


def endpoint_headers(endpoint: Endpoint) -> dict[str, str]:
    """Who serves the answer; a simulated provider is marked, so that nobody takes its words for a model's."""
    headers = {"x-switchboard-provider": endpoint.provider.id}
    if endpoint.provider.facts.get("simulated") is True:
        headers["x-switchboard-simulated"] = "true"
    return headers


def error_headers(error: SwitchboardError) -> dict[str, str]:
    """`x-should-retry: false` spares SDKs the two retries that they make of every 5xx by themselves."""
    headers = dict(error.headers)
    if error.retry_after is not None:
        headers["retry-after"] = str(max(1, round(error.retry_after)))
    if isinstance(error, AllAttemptsFailed) and not error.retryable:
        headers["x-should-retry"] = "false"
    return headers


def summary(generation: Generation) -> JsonObject:
    """The fields of its log line: no prompt, no answer, no key."""
    return {
        "generation_id": generation.id,
        "key_id": generation.key_id,
        "model": generation.model,
        "endpoint": generation.endpoint,
        "attempts": [f"{attempt.endpoint}: {attempt.outcome}" for attempt in generation.attempts],
        "prompt_tokens": generation.usage.prompt_tokens,
        "completion_tokens": generation.usage.completion_tokens,
        "cost_nano_dollars": generation.cost,
        "finish_reason": generation.finish_reason,
        "error": generation.error,
        "cancelled": generation.cancelled,
    }


def _label(value: Json) -> str | None:
    return value[:LONGEST_LABEL] if isinstance(value, str) and value else None
