"""What a simulated model says: text that calls itself simulated, tool calls, or JSON that fits a schema."""

import json
import random
import re
from dataclasses import dataclass

from local.simulator import tokens
from local.simulator.json_types import Json, JsonObject
from local.simulator.prompt import Prompt
from local.simulator.schema import sample
from local.simulator.tools import ToolCall, choose_calls

QUOTE_LENGTH = 60
RESULT_LENGTH = 200
_LENGTH_WISH = re.compile(r"\b(\d{1,4})[ -](?:words?|tokens?)\b", re.IGNORECASE)
_REASONERS = re.compile(r"(^|[/.-])(o1|o3|o4|gpt-5|r1|qwq|magistral)\b|think|reason", re.IGNORECASE)
_EFFORT_TOKENS = {"none": 0, "minimal": 8, "low": 16, "medium": 32, "high": 64, "xhigh": 96}
_REMARKS = (
    "No model was called and nothing was billed.",
    "Set the provider's key to get a real answer.",
    "The pace of these words is scripted too.",
    "The same request to a real provider takes the same path.",
)
_FILLER = [
    "and",
    "so",
    "the",
    "simulated",
    "answer",
    "goes",
    "on,",
    "one",
    "plain",
    "word",
    "after",
    "another,",
    "until",
    "it",
    "is",
    "long",
    "enough",
    "for",
    "you",
]


@dataclass(frozen=True, slots=True)
class Answer:
    """One choice; `reasoning` is the text behind `reasoning_tokens`."""

    text: str
    calls: tuple[ToolCall, ...]
    finish: str
    reasoning: str

    @property
    def reasoning_tokens(self) -> int:
        return tokens.count(self.reasoning)

    @property
    def completion_tokens(self) -> int:
        said = tokens.count(self.text) + sum(tokens.count(call.name + call.arguments) for call in self.calls)
        return said + self.reasoning_tokens


def compose(provider: str, body: JsonObject, prompt: Prompt, chance: random.Random) -> Answer:
    """Answer a valid request."""
    limit = _limit(body)
    reasoning = _reasoning(body, limit)
    room = None if limit is None else max(limit - tokens.count(reasoning), 0)
    calls = choose_calls(body, prompt, chance)
    if calls:
        return _within(Answer("", calls, "tool_calls", reasoning), room)
    text = _json_text(provider, body)
    if text is None:
        text = _prose(provider, body, prompt, chance)
    return _within(Answer(_stopped(text, body.get("stop")), (), "stop", reasoning), room)


def _limit(body: JsonObject) -> int | None:
    limit = body.get("max_completion_tokens") or body.get("max_tokens")
    return limit if isinstance(limit, int) else None


def _within(answer: Answer, room: int | None) -> Answer:
    """Cut the answer to `room` tokens."""
    if room is None or answer.completion_tokens - answer.reasoning_tokens <= room:
        return answer
    characters = room * tokens.CHARACTERS_PER_TOKEN
    calls = tuple(
        ToolCall(call.id, call.name, call.arguments[: max(characters - len(call.name), 0)]) for call in answer.calls[:1]
    )
    return Answer(answer.text[:characters], calls, "length", answer.reasoning)


def _reasoning(body: JsonObject, limit: int | None) -> str:
    """Thoughts, at most half of the limit, so that something is left to say."""
    options = body.get("reasoning")
    effort = body.get("reasoning_effort") or (options.get("effort") if isinstance(options, dict) else None)
    if effort is None and not options and not _REASONERS.search(str(body["model"])):
        return ""
    wanted = _EFFORT_TOKENS.get(str(effort or "medium"), 32)
    size = wanted if limit is None else min(wanted, limit // 2)
    thought = "The simulated model thinks about the question. "
    return (thought * 9)[: size * tokens.CHARACTERS_PER_TOKEN]


def _json_text(provider: str, body: JsonObject) -> str | None:
    """JSON, when `response_format` asks for it."""
    wanted = body.get("response_format")
    match wanted.get("type") if isinstance(wanted, dict) else None:
        case "json_schema":
            assert isinstance(wanted, dict)
            definition = wanted.get("json_schema")
            return json.dumps(sample(definition.get("schema") if isinstance(definition, dict) else None))
        case "json_object":
            return json.dumps({"simulated": True, "provider": provider, "model": body["model"]})
        case _:
            return None


def _prose(provider: str, body: JsonObject, prompt: Prompt, chance: random.Random) -> str:
    sentences = [f"[simulated {provider}] This is a simulated answer, not one from the real {body['model']}."]
    if prompt.tool_results:
        quotes = " and ".join(f'"{_short(result, RESULT_LENGTH)}"' for result in prompt.tool_results)
        sentences.append(f"The tool's result was {quotes}.")
    elif prompt.last_user_text:
        sentences.append(f'You wrote: "{_short(prompt.last_user_text)}".')
    if prompt.images:
        sentences.append(_about_images(prompt))
    sentences.append(chance.choice(_REMARKS))
    return " ".join([*sentences, *_filling(sentences, prompt.last_user_text)])


def _about_images(prompt: Prompt) -> str:
    noun = "image" if prompt.images == 1 else "images"
    return f"I saw {prompt.images} {noun} ({prompt.data_images} as data URL, {prompt.linked_images} as link)."


def _filling(sentences: list[str], wish: str) -> list[str]:
    """More words when the prompt asks for a number of them ("in 300 words")."""
    found = _LENGTH_WISH.search(wish)
    missing = int(found[1]) - len(" ".join(sentences).split()) if found else 0
    return [_FILLER[index % len(_FILLER)] for index in range(missing)]


def _short(text: str, length: int = QUOTE_LENGTH) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else text[:length] + "..."


def _stopped(text: str, stop: Json) -> str:
    sequences = stop if isinstance(stop, list) else [stop]
    ends = [text.find(sequence) for sequence in sequences if isinstance(sequence, str) and sequence]
    return text[: min((end for end in ends if end >= 0), default=len(text))]
