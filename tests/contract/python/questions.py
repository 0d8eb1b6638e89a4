"""What is asked and what must come back, in words that belong to no protocol and no SDK."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from switchboard.json_types import JsonObject

Finish = Literal["stop", "tool_calls", "length"]


@dataclass(frozen=True, slots=True)
class Tool:
    """A function on offer; `parameters` is its JSON Schema."""

    name: str
    description: str
    parameters: JsonObject


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something beside the question: bytes, of which `data` is base64, or only their address in `link`."""

    media_type: str
    data: str
    name: str
    link: str | None = None

    @property
    def url(self) -> str:
        return self.link or f"data:{self.media_type};base64,{self.data}"

    @property
    def is_image(self) -> bool:
        return self.media_type.startswith("image/")


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call that came back, its arguments parsed."""

    id: str
    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as the SDK shows it. `native` is what its user puts into the next request's history, whatever it is.

    `pieces` counts the text deltas of a stream, `answers` the alternatives that were given. Tokens are the sums over
    all that was read and written.
    """

    text: str
    finish: Finish
    generation: str
    prompt_tokens: int
    completion_tokens: int
    native: Any
    calls: tuple[Call, ...] = ()
    reasoning: str = ""
    signatures: tuple[str, ...] = ()
    pieces: int = 0
    answers: int = 1


@dataclass(frozen=True, slots=True)
class Turn:
    """What has been said before: `results` answer the reply's tool calls in their order."""

    question: "Question"
    reply: Reply
    results: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """One request. With `after` that ends in tool results, `text` is empty: the results are what is asked.

    `answers` are alternatives to give; `continues` is the id of a response that the server is to remember.
    """

    text: str
    attachments: tuple[Attachment, ...] = ()
    tools: tuple[Tool, ...] = ()
    schema: JsonObject | None = None
    thinks: bool = False
    max_tokens: int = 2000
    after: Turn | None = None
    answers: int = 1
    continues: str | None = None


def city_schema() -> JsonObject:
    return {
        "type": "object",
        "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
        "required": ["city", "days"],
        "additionalProperties": False,
    }


WEATHER = Tool("get_weather", "The weather of a city.", city_schema())
POPULATION = Tool(
    "get_population",
    "How many people live in a city.",
    {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
)
PIXEL = Attachment(
    "image/png",
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
    "pixel.png",
)
LINKED = Attachment("image/png", "", "pixel.png", "https://pictures.example/pixel.png")
# The least that calls itself a PDF; its second line is there to make base64 say + and /, as real files do.
PAPER_BYTES = (
    b"%PDF-1.4\n%\xfb\xef\xbe\xff\xff\n"
    b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
PAPER = Attachment("application/pdf", base64.b64encode(PAPER_BYTES).decode(), "paper.pdf")
# Two, three and four bytes a letter, joined emoji, and the line separators on which naive readers split.
UNICODE = "Zürich 東京 🏔️ 👩‍👩‍👧‍👦 a\u2028b\u2029c\u0085d"
