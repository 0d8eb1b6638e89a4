"""An embeddings request, from bytes to the hub: it has no messages, only an input that the provider reads."""

from collections.abc import Mapping

from switchboard.accounting.estimate import text_tokens, with_margin
from switchboard.chat import EMBEDDINGS, ChatRequest
from switchboard.errors import InvalidRequest
from switchboard.json_types import Json
from switchboard.protocols.checks import is_list, is_whole, json_object
from switchboard.protocols.openai_chat.fields import GATEWAY_FIELDS
from switchboard.protocols.openai_chat.parse import model_of
from switchboard.protocols.openai_embeddings.fields import FIELD_CHECKS

# https://platform.openai.com/docs/api-reference/embeddings/create
MOST_INPUTS = 2048
_ENVELOPE = frozenset({"model", "input", "user"})


def parse(body: bytes) -> ChatRequest:
    """Raises InvalidRequest, naming the field."""
    native = json_object(body, "`model` and `input`")
    given = {name: value for name, value in native.items() if value is not None}
    for name, (holds, wanted) in FIELD_CHECKS.items():
        if name in given and not holds(given[name]):
            raise InvalidRequest(f"`{name}` must be {wanted}.", param=name)
    return ChatRequest(
        protocol=EMBEDDINGS,
        model=model_of(given),
        messages=(),
        parameters={k: v for k, v in given.items() if k not in _ENVELOPE and k not in GATEWAY_FIELDS},
        gateway={k: v for k, v in given.items() if k in GATEWAY_FIELDS},
        native=native,
        stream=False,
        include_usage=True,
        max_output=None,
        modalities=frozenset({"text"}),
        prompt_tokens=with_margin(_tokens(given)),
    )


def _tokens(given: Mapping[str, Json]) -> float:
    """A string, strings, token ids, or lists of them; what is none of these is refused."""
    said = given.get("input")
    if isinstance(said, str) and said:
        return text_tokens(said)
    if not is_list(said) or not said:
        raise InvalidRequest("`input` must be a string, or a list of strings or of token ids.", param="input")
    if all(is_whole(entry) for entry in said):
        return len(said)
    if len(said) > MOST_INPUTS:
        raise InvalidRequest(
            f"`input` has {len(said)} entries; at most {MOST_INPUTS} may be sent at once.", param="input"
        )
    return sum(_entry_tokens(entry, f"input[{index}]") for index, entry in enumerate(said))


def _entry_tokens(entry: Json, where: str) -> float:
    if isinstance(entry, str) and entry:
        return text_tokens(entry)
    if is_list(entry) and entry and all(is_whole(token) for token in entry):
        return len(entry)
    raise InvalidRequest(f"`{where}` must be a string that is not empty, or a list of token ids.", param=where)
