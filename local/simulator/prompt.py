"""What a request asks, whichever dialect it came in: the only thing that an answer depends on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from local.simulator.json_types import Json, JsonObject

Mode = Literal["auto", "none", "required", "named"]


@dataclass(frozen=True, slots=True)
class Media:
    """How much of what kind came beside the text."""

    data_images: int = 0
    linked_images: int = 0
    documents: int = 0
    sounds: int = 0

    @property
    def images(self) -> int:
        return self.data_images + self.linked_images

    def __add__(self, other: "Media") -> "Media":
        return Media(
            self.data_images + other.data_images,
            self.linked_images + other.linked_images,
            self.documents + other.documents,
            self.sounds + other.sounds,
        )


@dataclass(frozen=True, slots=True)
class Turn:
    """One message; `counted` is all of its words, `native` itself without cache marks, `mark` the life of one on it."""

    role: Literal["tools", "system", "user", "assistant"]
    text: str = ""
    results: tuple[str, ...] = ()
    media: Media = Media()
    counted: str = ""
    native: Json = None
    mark: Literal["", "5m", "1h"] = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """May it call a function, must it, or must it call `name`."""

    mode: Mode = "auto"
    name: str = ""
    parallel: bool = True


@dataclass(frozen=True, slots=True)
class Form:
    """JSON wanted; without a schema any object will do."""

    schema: Json = None


@dataclass(frozen=True, slots=True)
class Prompt:
    """`thinking` is how many tokens of thought are wanted; `marks_only`: nothing is cached that is not marked."""

    model: str
    turns: Sequence[Turn]
    tools: Mapping[str, Json] = field(default_factory=dict)  # the schema of each function's parameters
    choice: Choice = Choice()
    limit: int | None = None
    stops: tuple[str, ...] = ()
    form: Form | None = None
    thinking: int = 0
    choices: int = 1
    seed: Json = None
    marks_only: bool = False

    @property
    def last_user_text(self) -> str:
        """What the user said last in words of his own."""
        return next((turn.text for turn in reversed(self.turns) if turn.role == "user" and turn.text), "")

    @property
    def results(self) -> tuple[str, ...]:
        """What tools said since the model spoke last."""
        found: tuple[str, ...] = ()
        for turn in reversed(self.turns):
            if turn.role == "assistant":
                break
            found = turn.results + found
        return found

    @property
    def media(self) -> Media:
        return sum((turn.media for turn in self.turns), Media())


def texts_of(content: Json, member: str = "text") -> str:
    """A message's text: the string itself, or its parts' joined."""
    if isinstance(content, str):
        return content
    return " ".join(str(part[member]) for part in objects(content) if isinstance(part.get(member), str))


def objects(value: Json) -> list[JsonObject]:
    """The members of a list that are objects; none if it is no list."""
    return [member for member in value if isinstance(member, dict)] if isinstance(value, list) else []


def table(value: Json) -> JsonObject:
    """The object that `value` is, or an empty one."""
    return value if isinstance(value, dict) else {}


def integer(value: Json) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def stops_of(value: Json) -> tuple[str, ...]:
    """One stop sequence or several; blank ones do not count."""
    given = value if isinstance(value, list) else [value]
    return tuple(stop for stop in given if isinstance(stop, str) and stop)
