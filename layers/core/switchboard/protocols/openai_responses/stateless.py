"""What a gateway that keeps no responses has to refuse, in the words and codes that OpenAI's clients know."""

from collections.abc import Callable, Mapping

from switchboard.errors import InvalidRequest
from switchboard.json_types import Json

NOT_FOUND = "previous_response_not_found"


def refuse_state(given: Mapping[str, Json]) -> None:
    """Raises InvalidRequest for a field that is about something stored, here or at a provider."""
    for name, refusal in _REFUSALS.items():
        value = given.get(name)
        if value is not None and value is not False:
            raise refusal(value)


def item_reference(identifier: Json, where: str) -> InvalidRequest:
    """The refusal of an item that is only named."""
    return InvalidRequest(
        f"Item with id '{identifier}' not found: `{where}` refers to a stored item, and none are stored here. "
        "Send the full items in `input` instead (many clients do once `store` is false).",
        param=where,
    )


def _previous(value: Json) -> InvalidRequest:
    error = InvalidRequest(
        f"Previous response with id '{value}' not found: no responses are stored here. "
        "Leave out `previous_response_id` and send the whole conversation in `input`.",
        param="previous_response_id",
    )
    error.code = NOT_FOUND
    return error


def _conversation(_: Json) -> InvalidRequest:
    return InvalidRequest(
        "`conversation` is not supported: no conversations are stored here. "
        "Send the whole conversation in `input` instead.",
        param="conversation",
    )


def _background(_: Json) -> InvalidRequest:
    return InvalidRequest(
        "`background` must be false: no responses are stored to be fetched later.", param="background"
    )


def _store(_: Json) -> InvalidRequest:
    return InvalidRequest("`store` must be false or left out: no responses are stored here.", param="store")


def _prompt(_: Json) -> InvalidRequest:
    return InvalidRequest(
        "`prompt` is not supported: it names a template that is stored elsewhere. Send its text in `instructions`.",
        param="prompt",
    )


_REFUSALS: Mapping[str, Callable[[Json], InvalidRequest]] = {
    "previous_response_id": _previous,
    "conversation": _conversation,
    "background": _background,
    "store": _store,
    "prompt": _prompt,
}
