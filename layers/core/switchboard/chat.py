"""The hub: one neutral form of a chat request and of its streamed answer, between every client and upstream dialect.

Blocks keep their order, and everything a dialect says that has no name here rides along in `extra`, untranslated.
Knows nothing of HTTP, providers or money.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Literal

from switchboard.json_types import Json, JsonObject

NOTHING: Mapping[str, Json] = MappingProxyType({})
# The one dialect that asks for vectors instead of an answer: its requests have no messages.
EMBEDDINGS = "openai-embeddings"

Role = Literal["system", "developer", "user", "assistant", "tool"]
Modality = Literal["text", "image", "audio", "file", "video"]
FinishReason = Literal["stop", "length", "tool_calls", "content_filter", "error"]


@dataclass(frozen=True, slots=True)
class Text:
    """Plain words."""

    text: str
    extra: Mapping[str, Json] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Image:
    """A picture by https URL or data URL; `detail` is OpenAI's low | high | auto."""

    url: str
    detail: str | None = None
    extra: Mapping[str, Json] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Audio:
    """Base64 sound; `format` is wav, mp3, ..."""

    data: str
    format: str
    extra: Mapping[str, Json] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class File:
    """A document by data URL, URL or upstream file id."""

    source: str
    name: str | None = None
    extra: Mapping[str, Json] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Thinking:
    """Reasoning shown to the caller; `signature` is only good at the `provider` (its id) that made it.

    `redacted` thinking has no text: its `signature` holds the sealed block.
    """

    text: str
    signature: str | None = None
    provider: str | None = None
    redacted: bool = False
    extra: Mapping[str, Json] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class ToolCall:
    """`arguments` is JSON as text, the way the model wrote it."""

    id: str
    name: str
    arguments: str
    extra: Mapping[str, Json] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What the tool call `id` came to."""

    id: str
    blocks: tuple["Block", ...]
    is_error: bool = False
    extra: Mapping[str, Json] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Other:
    """A content part the hub has no name for; only the dialect it came from can carry it on."""

    native: JsonObject


Block = Text | Image | Audio | File | Thinking | ToolCall | ToolResult | Other


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of the conversation."""

    role: Role
    blocks: tuple[Block, ...]
    extra: Mapping[str, Json] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What a client asked for.

    `parameters` are the sampling and tool parameters that were sent and not null, under OpenAI's names.
    `gateway` are the fields meant for Switchboard alone (provider, models, usage, ...): never forwarded.
    `native` is the body as parsed, for an upstream that speaks the same `protocol`.
    `prompt_tokens` is an estimate (accounting/estimate.py).
    """

    protocol: str
    model: str
    messages: tuple[Message, ...]
    parameters: Mapping[str, Json]
    gateway: Mapping[str, Json]
    native: JsonObject
    stream: bool
    include_usage: bool
    max_output: int | None
    modalities: frozenset[Modality]
    prompt_tokens: int


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens in disjoint buckets: their sum is what the provider counted, and no token is in two of them.

    `web_searches` and `images` (pictures in the prompt, where each has its price) are counted one by one.
    `service_tier` is the one that the provider says it served in, under its own name.
    """

    input: int = 0
    cache_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    input_audio: int = 0
    output: int = 0
    reasoning: int = 0
    output_audio: int = 0
    web_searches: int = 0
    cache_read_audio: int = 0
    output_image: int = 0
    images: int = 0
    service_tier: str | None = None

    @property
    def cached_tokens(self) -> int:
        return self.cache_read + self.cache_read_audio

    @property
    def written_tokens(self) -> int:
        return self.cache_write_5m + self.cache_write_1h

    @property
    def prompt_tokens(self) -> int:
        return self.input + self.cached_tokens + self.written_tokens + self.input_audio

    @property
    def completion_tokens(self) -> int:
        return self.output + self.reasoning + self.output_audio + self.output_image


BUCKETS = tuple(bucket.name for bucket in fields(Usage) if bucket.name != "service_tier")
COUNTED_ONE_BY_ONE = frozenset({"web_searches", "images"})
NO_USAGE = Usage()


@dataclass(frozen=True, slots=True)
class TextDelta:
    """`is_refusal` if the model says no in these words; `logprobs` are its tokens as Chat Completions lists them."""

    text: str
    choice: int = 0
    is_refusal: bool = False
    logprobs: tuple[JsonObject, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """A source of what was said last, and what it says there.

    `start` and `end` count characters of all the text of this choice so far; None where the provider does not say.
    """

    url: str
    title: str = ""
    quote: str = ""
    start: int | None = None
    end: int | None = None
    choice: int = 0


@dataclass(frozen=True, slots=True)
class ThinkingDelta:
    """A signature ends its block of thinking; `redacted` is a whole block that only its provider can read."""

    text: str
    signature: str | None = None
    choice: int = 0
    redacted: str | None = None


@dataclass(frozen=True, slots=True)
class ToolCallDelta:
    """A fragment of a call; `id` and `name` come with the first fragment of each `index` only."""

    index: int
    arguments: str
    id: str | None = None
    name: str | None = None
    choice: int = 0


@dataclass(frozen=True, slots=True)
class Finish:
    """`stop_sequence` is the one that was hit, where the provider says so."""

    reason: FinishReason
    native: str
    choice: int = 0
    stop_sequence: str | None = None


StreamEvent = TextDelta | Citation | ThinkingDelta | ToolCallDelta | Finish | Usage
_CONTENT = (TextDelta, ThinkingDelta, ToolCallDelta)


@dataclass(frozen=True, slots=True)
class Chunk:
    """One piece of an upstream's answer: what it says in the hub's words, and the way the upstream put it.

    A client that speaks the upstream's dialect is given `native`, edited; every other one is given `events`, rendered.
    `is_life` if it shows, without content, that the model is at work: a thought that is not shown, a tool at its place.
    """

    events: tuple[StreamEvent, ...]
    native: JsonObject = field(default_factory=dict)
    is_life: bool = False

    @property
    def has_content(self) -> bool:
        """True if anything here is worth showing: from then on a request stays with its endpoint."""
        return any(isinstance(event, _CONTENT) for event in self.events)


@dataclass(frozen=True, slots=True)
class Served:
    """Who answers: what every piece of a reply says about itself. `created` is in Unix seconds.

    `dialect` is the upstream's: where it is the client's own, chunks are passed on as `native` has them.
    `prompt_tokens` is the estimate, for dialects that must name a figure before the provider has.
    `request` is what was asked, for dialects whose answers repeat it. `route` is how it came to this endpoint, for
    callers who ask.
    """

    generation_id: str
    created: int
    model: str
    provider_id: str
    provider_name: str
    dialect: str
    prompt_tokens: int = 0
    request: ChatRequest | None = None
    route: JsonObject | None = None
