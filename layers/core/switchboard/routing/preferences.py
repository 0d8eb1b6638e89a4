"""What a caller asks of routing: OpenRouter's `provider` object, and ZenMux's words for it. Unknown values are refused.

https://openrouter.ai/docs/guides/routing/provider-selection
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from switchboard.chat import ChatRequest
from switchboard.json_types import Json, JsonObject
from switchboard.routing.preference_fields import cutoffs, flag, most_paid, names, refuse, table, word, words
from switchboard.routing.zenmux import FALLBACK, ROUTING, rewritten

PRICE, THROUGHPUT, LATENCY, EXACTO = SORTS = ("price", "throughput", "latency", "exacto")
UNKNOWN = "unknown"
QUANTIZATIONS = (
    *("int4", "int8", "fp4", "mxfp4", "nvfp4", "fp6", "fp8", "mxfp8", "fp16", "bf16", "fp32"),
    UNKNOWN,
)
PARTITIONS = ("model", "none")
ROUTES = {"fallback": "model", "sort": "none"}
COLLECTION = ("allow", "deny")
LONGEST_SESSION = 256


@dataclass(frozen=True, slots=True)
class Preferences:
    """`order`, `only` and `ignore` hold provider ids or endpoint tags; `models` are models to fall back to.

    `across_models` puts the endpoints of all models into one list. `max_price` has nano-dollars for a million by the
    catalog's units; `least_throughput` tokens per second, `most_latency` seconds to the first token, by percentile.
    `pinned` (a provider) and `free` come from the model's name.
    """

    models: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    sort: str | None = None
    allow_fallbacks: bool = True
    require_parameters: bool = False
    across_models: bool = False
    no_collection: bool = False
    zero_retention: bool = False
    distillable: bool = False
    quantizations: frozenset[str] = frozenset()
    max_price: Mapping[str, int] = field(default_factory=dict)
    least_throughput: Mapping[str, float] = field(default_factory=dict)
    most_latency: Mapping[str, float] = field(default_factory=dict)
    pinned: str | None = None
    free: bool = False

    @property
    def names_providers(self) -> bool:
        return bool(self.pinned or self.only or self.ignore or self.order)

    @property
    def guards_data(self) -> bool:
        return self.no_collection or self.zero_retention or self.distillable


NO_WISHES = Preferences()
_FIELDS = (
    *("order", "only", "ignore", "allow_fallbacks", "require_parameters", "data_collection", "zdr"),
    *("enforce_distillable_text", "quantizations", "sort", "max_price"),
    *("preferred_min_throughput", "preferred_max_latency"),
)


def preferences(request: ChatRequest) -> Preferences:
    """Raises InvalidRequest, naming the field."""
    _check_session(request.gateway.get("session_id"))
    models = tuple(cast("list[str]", request.gateway.get("models") or []))
    given = table(request.gateway.get("provider"), "provider", (*_FIELDS, ROUTING, FALLBACK))
    route = word(request.gateway.get("route"), "route", tuple(ROUTES))
    if not given and route is None:
        return Preferences(models) if models else NO_WISHES
    wishes, fallback = rewritten(given)
    sort, partition = _sort(wishes.get("sort"))
    return Preferences(
        models=models if fallback is None else (*models, fallback),
        order=names(wishes, "order"),
        only=names(wishes, "only"),
        ignore=names(wishes, "ignore"),
        sort=sort,
        allow_fallbacks=flag(wishes, "allow_fallbacks", default=True),
        require_parameters=flag(wishes, "require_parameters", default=False),
        across_models=(partition or ROUTES.get(route or "")) == "none",
        no_collection=word(wishes.get("data_collection"), "provider.data_collection", COLLECTION) == "deny",
        zero_retention=flag(wishes, "zdr", default=False),
        distillable=flag(wishes, "enforce_distillable_text", default=False),
        quantizations=words(wishes, "quantizations", QUANTIZATIONS),
        max_price=most_paid(wishes),
        least_throughput=cutoffs(wishes, "preferred_min_throughput"),
        most_latency=cutoffs(wishes, "preferred_max_latency"),
    )


def names_endpoint(name: str, tag: str) -> bool:
    """A bare provider id names every variant of it: `amazon-bedrock` is also `amazon-bedrock/us`."""
    return tag == name or tag.startswith(name + "/")


def _sort(value: Json) -> tuple[str | None, str | None]:
    """By what, and whether each model keeps to itself."""
    if isinstance(value, dict):
        given: JsonObject = table(value, "provider.sort", ("by", "partition"))
        partition = word(given.get("partition"), "provider.sort.partition", PARTITIONS)
        return word(given.get("by"), "provider.sort.by", SORTS), partition
    return word(value, "provider.sort", SORTS), None


def _check_session(value: Json) -> None:
    if value is not None and (not isinstance(value, str) or len(value) > LONGEST_SESSION):
        raise refuse("session_id", f"a text of at most {LONGEST_SESSION} characters")
