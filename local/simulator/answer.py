"""What a simulated model says: text that calls itself simulated, tool calls, or JSON that fits a schema."""

import json
import random
import re
from dataclasses import dataclass
from typing import Literal

from local.simulator import tokens
from local.simulator.prompt import Media, Prompt
from local.simulator.schema import sample
from local.simulator.tools import ToolCall, choose_calls

QUOTE_LENGTH = 60
RESULT_LENGTH = 200
FOREIGN = "Emoji and other scripts: 🙂👩‍👩‍👧‍👦🇵🇱 żółć, 你好, नमस्ते, مرحبا."
# Line separators in the eyes of Unicode, and plain characters in those of JSON and of server-sent events.
SEPARATORS = "Separators: [\u2028] [\u2029] [\u0085]."
FIRST_SAYS = "I call a tool for that."
_PLAIN_SPACE = re.compile(r"[ \t\r\n]+")  # Unicode's other separators stay: naive readers of lines break on them
_LENGTH_WISH = re.compile(r"\b(\d{1,4})[ -](?:words?|tokens?)\b", re.IGNORECASE)
_REMARKS = (
    "No model was called and nothing was billed.",
    "Set the provider's key to get a real answer.",
    "The pace of these words is scripted too.",
    "The same request to a real provider takes the same path.",
)
_FILLER = "and so the simulated answer goes on, one plain word after another, until it is long enough for you"

Finish = Literal["stop", "length", "tool_calls", "content_filter"]


@dataclass(frozen=True, slots=True)
class Source:
    """A page that a text is said to come from."""

    url: str
    title: str
    quote: str


SOURCE = Source("https://source.example/page", "A page that does not exist", "Words that nobody wrote.")


@dataclass(frozen=True, slots=True)
class Answer:
    """One choice; `reasoning` is the text behind `reasoning_tokens`, `hit` the stop sequence that ended it.

    `sources` are those of all its text.
    """

    text: str
    calls: tuple[ToolCall, ...]
    finish: Finish
    reasoning: str
    hit: str | None = None
    sources: tuple[Source, ...] = ()

    @property
    def reasoning_tokens(self) -> int:
        return tokens.count(self.reasoning)

    @property
    def completion_tokens(self) -> int:
        said = tokens.count(self.text) + sum(tokens.count(call.name + call.arguments) for call in self.calls)
        return said + self.reasoning_tokens


def compose(provider: str, prompt: Prompt, chance: random.Random) -> Answer:
    """Answer a valid request."""
    reasoning = _reasoning(prompt)
    room = None if prompt.limit is None else max(prompt.limit - tokens.count(reasoning), 0)
    calls = choose_calls(prompt, chance)
    if calls:
        before = FIRST_SAYS if "first say" in prompt.last_user_text.lower() else ""
        return _within(Answer(before, calls, "tool_calls", reasoning), room)
    text = _json_text(provider, prompt)
    if text is None:
        text = _prose(provider, prompt, chance)
    text, hit = _stopped(text, prompt.stops)
    sources = (SOURCE,) if "cite a page" in prompt.last_user_text.lower() else ()
    return _within(Answer(text, (), "stop", reasoning, hit, sources), room)


def _within(answer: Answer, room: int | None) -> Answer:
    """Cut the answer to `room` tokens."""
    if room is None or answer.completion_tokens - answer.reasoning_tokens <= room:
        return answer
    characters = room * tokens.CHARACTERS_PER_TOKEN
    calls = tuple(
        ToolCall(call.key, call.name, call.arguments[: max(characters - len(call.name), 0)])
        for call in answer.calls[:1]
    )
    return Answer(answer.text[:characters], calls, "length", answer.reasoning)


def _reasoning(prompt: Prompt) -> str:
    """Thoughts, at most half of the limit, so that something is left to say."""
    size = prompt.thinking if prompt.limit is None else min(prompt.thinking, prompt.limit // 2)
    thought = "The simulated model thinks about the question. "
    return (thought * 9)[: size * tokens.CHARACTERS_PER_TOKEN]


def _json_text(provider: str, prompt: Prompt) -> str | None:
    """JSON, when the prompt asks for it."""
    if prompt.form is None:
        return None
    if prompt.form.schema is None:
        return json.dumps({"simulated": True, "provider": provider, "model": prompt.model})
    return json.dumps(sample(prompt.form.schema), ensure_ascii=False)


def _prose(provider: str, prompt: Prompt, chance: random.Random) -> str:
    wish = prompt.last_user_text
    sentences = [f"[simulated {provider}] This is a simulated answer, not one from the real {prompt.model}."]
    if prompt.results:
        quotes = " and ".join(f'"{_short(result, RESULT_LENGTH)}"' for result in prompt.results)
        sentences.append(f"The tool's result was {quotes}.")
    elif wish:
        sentences.append(f'You wrote: "{_short(wish)}".')
    sentences += _about(prompt.media)
    if "emoji" in wish.lower() or "unicode" in wish.lower():
        sentences.append(FOREIGN)
    if "unicode" in wish.lower():
        sentences.append(SEPARATORS)
    sentences.append(chance.choice(_REMARKS))
    return " ".join([*sentences, *_filling(sentences, wish)])


def _about(media: Media) -> list[str]:
    said = []
    if media.images:
        kinds = f"({media.data_images} as data URL, {media.linked_images} as link)"
        said.append(f"I saw {_several(media.images, 'image')} {kinds}.")
    if media.documents:
        said.append(f"I read {_several(media.documents, 'document')}.")
    if media.sounds:
        said.append(f"I heard {_several(media.sounds, 'recording')}.")
    return said


def _several(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _filling(sentences: list[str], wish: str) -> list[str]:
    """More words when the prompt asks for a number of them ("in 300 words")."""
    found = _LENGTH_WISH.search(wish)
    missing = int(found[1]) - len(" ".join(sentences).split()) if found else 0
    words = _FILLER.split()
    return [words[index % len(words)] for index in range(missing)]


def _short(text: str, length: int = QUOTE_LENGTH) -> str:
    text = " ".join(_PLAIN_SPACE.split(text.strip()))
    return text if len(text) <= length else text[:length] + "..."


def _stopped(text: str, stops: tuple[str, ...]) -> tuple[str, str | None]:
    """The text up to the first stop sequence in it, and which one that was."""
    ends = [(text.find(stop), stop) for stop in stops if stop in text]
    if not ends:
        return text, None
    end, hit = min(ends)
    return text[:end], hit
