"""The record of one answered request, as it is kept, looked up and rolled up. Pure."""

from dataclasses import dataclass

from switchboard.chat import NO_USAGE, Usage

# Who asks only to see how an endpoint is says so in this header: `is_probe`.
PROBE_HEADER = "x-switchboard-probe"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of one endpoint. `outcome` is ok, or a Failure's value; times are milliseconds.

    `first_token_ms` is None when nothing was streamed; `generation_ms` runs from the first token to the last.
    `credential` is the name of the provider's key where it has several.
    """

    endpoint: str
    provider: str
    outcome: str
    status: int | None
    duration_ms: int
    first_token_ms: int | None = None
    generation_ms: int | None = None
    message: str | None = None
    credential: str | None = None

    def throughput(self, completion_tokens: int) -> float | None:
        """Tokens per second after the first; None if nothing was streamed, or all of it came at once."""
        return completion_tokens * 1000 / self.generation_ms if self.generation_ms else None


@dataclass(frozen=True, slots=True)
class Generation:
    """What happened for one request. `cost` is in nano-dollars, None if the endpoint's price is not known.

    `price_source` is the file that the price stands in and a mark of what it said then; `unpriced` names what had none.
    `created` and `finished` are Unix seconds; `estimated` says that no usage came from the provider,
    `tools_ok` whether all tool calls can be used; None if there are none. `is_probe`: nobody waited for the answer,
    it was asked for to see how an endpoint is.
    """

    id: str
    key_id: str
    created: float
    finished: float
    model: str
    model_asked: str
    protocol: str
    streamed: bool
    attempts: tuple[Attempt, ...]
    endpoint: str | None = None
    provider: str | None = None
    finish_reason: str | None = None
    native_finish_reason: str | None = None
    usage: Usage = NO_USAGE
    cost: int | None = None
    price_source: str | None = None
    unpriced: tuple[str, ...] = ()
    cancelled: bool = False
    estimated: bool = False
    upstream_id: str | None = None
    error: str | None = None
    referer: str | None = None
    app: str | None = None
    user: str | None = None
    session: str | None = None
    tools_ok: bool | None = None
    is_probe: bool = False
