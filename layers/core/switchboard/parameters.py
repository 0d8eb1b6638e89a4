"""Which request parameters an endpoint must support, and which may be left out (OpenRouter's rules)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from switchboard.catalog.model import Endpoint
from switchboard.chat import EMBEDDINGS, ChatRequest

# The parameters that catalogs list. A field that is none of these is the provider's own affair and always sent.
KNOWN_PARAMETERS = frozenset(
    {
        "frequency_penalty",
        "logit_bias",
        "logprobs",
        "max_completion_tokens",
        "max_tokens",
        "min_p",
        "parallel_tool_calls",
        "prediction",
        "presence_penalty",
        "reasoning",
        "reasoning_effort",
        "repetition_penalty",
        "response_format",
        "seed",
        "stop",
        "temperature",
        "tool_choice",
        "tools",
        "top_a",
        "top_k",
        "top_logprobs",
        "top_p",
        "verbosity",
        "web_search_options",
    }
)
# Two names for one thing: an endpoint that lists either supports both.
_SYNONYMS = (
    frozenset({"max_tokens", "max_completion_tokens"}),
    frozenset({"reasoning", "reasoning_effort"}),
)
# Every chat endpoint bounds its output, whether or not its catalog row troubles to say so.
_ALWAYS = frozenset({"max_tokens", "max_completion_tokens"})


# The fact that an endpoint takes either a temperature or top_p: the temperature is sent.
ONE_OF_TWO = "temperature_excludes_top_p"
Range = tuple[float, float]
Path = tuple[str, ...]


def nothing_given_up(_request: ChatRequest, _endpoint: Endpoint) -> frozenset[str]:
    return frozenset()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a dialect can say of KNOWN_PARAMETERS and others, all under the hub's names.

    `emulated` are those that it can stand in for where an endpoint with tools does not have them. `ranges` are the
    least and the most of a value, `most_stops` the most stop sequences. `places` are where a body of this dialect keeps
    what it does not have at its top under the same name. `gives_up` names those that others in the same request leave
    no room for: a temperature beside thinking, thinking beside a forced call.
    """

    parameters: frozenset[str]
    emulated: frozenset[str] = frozenset()
    ranges: Mapping[str, Range] = field(default_factory=dict)
    most_stops: int | None = None
    places: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    gives_up: Callable[[ChatRequest, Endpoint], frozenset[str]] = nothing_given_up


def wordless_parameters(request: ChatRequest, endpoint: Endpoint, words: Vocabulary) -> frozenset[str]:
    """Those sent that get lost in translation; none where nothing is translated."""
    if request.protocol in (endpoint.dialect, EMBEDDINGS):
        return frozenset()
    return frozenset(request.parameters).difference(words.parameters)


def wordless_fields(request: ChatRequest, endpoint: Endpoint, words: Vocabulary) -> list[str]:
    """What is no parameter of the answer and gets lost in translation: for whom it is, to be stored, who speaks."""
    if request.protocol in (endpoint.dialect, EMBEDDINGS):
        return []
    lost = [name for name in ("store", "user") if request.native.get(name) and name not in words.parameters]
    speakers = any(message.extra.get("name") for message in request.messages if message.role != "tool")
    return [*lost, "messages.name"] if speakers else lost


def unsupported_parameters(request: ChatRequest, endpoint: Endpoint, words: Vocabulary | None = None) -> frozenset[str]:
    """Known ones that were sent and that the endpoint does not list, or its dialect has no `words` for.

    An endpoint that lists nothing may support anything: nothing is known of it.
    """
    return frozenset(name for name in request.parameters if is_unsupported(name, request, endpoint, words))


def is_unsupported(name: str, request: ChatRequest, endpoint: Endpoint, words: Vocabulary | None = None) -> bool:
    """Whether this one of the request's parameters is."""
    if name not in KNOWN_PARAMETERS:
        return False
    if words and name not in words.parameters and request.protocol not in (endpoint.dialect, EMBEDDINGS):
        return True
    listed = endpoint.supported_parameters
    if listed is None or _supports(listed, name):
        return False
    return not (words and name in words.emulated and "tools" in listed)


def dropped_parameters(request: ChatRequest, endpoint: Endpoint, words: Vocabulary | None = None) -> frozenset[str]:
    """What is left out of the body when the caller did not insist on it."""
    dropped = unsupported_parameters(request, endpoint, words)
    if "tools" in dropped:
        dropped |= {"tool_choice", "parallel_tool_calls"}
    if endpoint.facts.get(ONE_OF_TWO) is True and {"temperature", "top_p"} <= request.parameters.keys():
        dropped |= {"top_p"}
    return dropped | _given_up(request, endpoint, dropped, words) if words else dropped


def without(request: ChatRequest, names: frozenset[str]) -> ChatRequest:
    """With all of its parameters but these."""
    return replace(request, parameters={k: v for k, v in request.parameters.items() if k not in names})


def _given_up(request: ChatRequest, endpoint: Endpoint, dropped: frozenset[str], words: Vocabulary) -> frozenset[str]:
    """Asked of what is left: what goes anyway pushes nothing else out."""
    kept = without(request, dropped)
    return words.gives_up(kept, endpoint) & kept.parameters.keys()


def _supports(listed: frozenset[str], name: str) -> bool:
    if name in listed or name in _ALWAYS:
        return True
    return any(name in synonyms and not synonyms.isdisjoint(listed) for synonyms in _SYNONYMS)
