"""Models, the providers that serve them, and the offers (endpoints) in between, as immutable values.

What a catalog file leaves out is unknown here (None, empty), never zero.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from switchboard.json_types import Json

NANO = 10**9
TOKENS_PER_PRICE = 10**6
BEDROCK = "bedrock-converse"
BEDROCK_INVOKE = "bedrock-invoke"
EMBEDDING = "embedding"  # the output modality of models that answer with vectors


@dataclass(frozen=True, slots=True)
class DataPolicy:
    """What a provider does with prompts; None is unknown, and unknown counts as the worst case when routing."""

    training: bool | None = None
    retention_days: int | None = None
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Provider:
    """A company that serves models.

    `auth` is none, bearer, header:NAME, aws-sigv4 or google-oauth. `key_env` names the variable that holds the key
    on a laptop. `quirks` are named deviations from the protocol that its adapter knows how to handle.
    """

    id: str
    name: str
    protocol: str
    base_url: str
    auth: str = "bearer"
    key_env: str | None = None
    region: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    quirks: frozenset[str] = frozenset()
    data_policy: DataPolicy = DataPolicy()
    status_page: str | None = None
    docs: str | None = None
    facts: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PriceTier:
    """Rates for the whole request once its prompt has more tokens than `above_input_tokens`."""

    above_input_tokens: int
    rates: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PriceWindow:
    """Rates of requests that begin in a part of the UTC day: seconds from midnight, `end` not included.

    A window that ends before it begins goes on past midnight.
    """

    start: int
    end: int
    rates: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Price:
    """What units cost, each as nano-dollars per million units: exact integers, never floats.

    Units: input, output, cache_read, cache_write_5m, cache_write_1h, reasoning, input_audio, output_audio,
    cache_read_audio, output_image, image, request, web_search. A unit that is absent is not offered or not known.
    `service_tiers` are the rates in which another tier differs, by its name; `source` says where all this stands.
    """

    rates: Mapping[str, int]
    tiers: tuple[PriceTier, ...] = ()
    extra: Mapping[str, Json] = field(default_factory=dict)
    service_tiers: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    windows: tuple[PriceWindow, ...] = ()
    source: str | None = None

    @property
    def is_known(self) -> bool:
        """Input and output are the least that a request can be billed for."""
        return "input" in self.rates and "output" in self.rates


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One provider's offer of one model. `id` is `model@tag`; `tag` is the provider's id, or `provider/variant`.

    `invoke` is for Bedrock: the dialect of the model's own maker, which InvokeModel carries unread. `spoken` is the
    dialect where it is not the provider's: some models are served by one of a provider's dialects alone.
    """

    id: str
    tag: str
    model: str
    provider: Provider
    upstream_id: str
    price: Price
    context: int | None = None
    max_output: int | None = None
    input_modalities: frozenset[str] = frozenset({"text"})
    output_modalities: frozenset[str] = frozenset({"text"})
    supported_parameters: frozenset[str] | None = None
    quantization: str | None = None
    region: str | None = None
    data_policy: DataPolicy = DataPolicy()
    status: str = "active"
    invoke: str | None = None
    spoken: str | None = None
    facts: Mapping[str, Json] = field(default_factory=dict)

    @property
    def protocol(self) -> str:
        """How it is spoken to: as its provider is, unless that one passes on another dialect or it says otherwise."""
        if self.invoke is not None and self._is_invoked:
            return BEDROCK_INVOKE
        return self.spoken or self.provider.protocol

    @property
    def dialect(self) -> str:
        """In whose words it is asked and answers."""
        return self.invoke if self.invoke and self._is_invoked else self.spoken or self.provider.protocol

    @property
    def _is_invoked(self) -> bool:
        return self.invoke is not None and self.provider.protocol == BEDROCK

    @property
    def makes_embeddings(self) -> bool:
        return EMBEDDING in self.output_modalities


class Narrowest(NamedTuple):
    """The least context and output among several endpoints, and whether one of them makes embeddings: a request that
    stays within need not be held against each.
    """

    context: float
    output: float
    embeds: bool

    @classmethod
    def of(cls, endpoints: Sequence[Endpoint]) -> "Narrowest":
        return cls(
            min((one.context for one in endpoints if one.context is not None), default=math.inf),
            min((one.max_output for one in endpoints if one.max_output is not None), default=math.inf),
            any(one.makes_embeddings for one in endpoints),
        )


@dataclass(frozen=True, slots=True)
class Model:
    """What a client names: `author/slug`. `narrowest` is of its endpoints."""

    id: str
    name: str
    author: str
    description: str = ""
    created: int = 0
    aliases: tuple[str, ...] = ()
    context: int | None = None
    max_output: int | None = None
    input_modalities: tuple[str, ...] = ("text",)
    output_modalities: tuple[str, ...] = ("text",)
    knowledge_cutoff: str | None = None
    reasoning: bool | None = None
    endpoints: tuple[Endpoint, ...] = ()
    facts: Mapping[str, Json] = field(default_factory=dict)
    narrowest: Narrowest = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "narrowest", Narrowest.of(self.endpoints))


@dataclass(frozen=True, slots=True)
class Catalog:
    """Every model and provider, by id; `aliases` lead to model ids."""

    models: Mapping[str, Model]
    providers: Mapping[str, Provider]
    aliases: Mapping[str, str]

    def find(self, name: str) -> Model | None:
        """The model a client means by `name`: its id or one of its aliases."""
        return self.models.get(self.aliases.get(name, name))
