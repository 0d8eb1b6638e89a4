"""What a caller makes a condition: whose endpoint, how it treats prompts, how exact it is, what it may cost."""

from dataclasses import dataclass

from switchboard.catalog.model import Endpoint
from switchboard.chat import ChatRequest
from switchboard.routing.expected import Size, rates
from switchboard.routing.preferences import UNKNOWN, Preferences, names_endpoint

# A code for programs and a reason for people.
Broken = tuple[str, str]
_NAMES = {"input": "prompt", "output": "completion", "input_audio": "audio"}
_ALWAYS_BILLED = ("input", "output")


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, what it wishes, and how large it is."""

    request: ChatRequest
    wishes: Preferences
    size: Size


def providers(asked: Asked, endpoint: Endpoint) -> Broken | None:
    wishes, tag = asked.wishes, endpoint.tag
    if wishes.pinned and not names_endpoint(wishes.pinned, tag):
        return "allowed_providers", f"the model's name asks for {wishes.pinned}"
    if wishes.only and not _is_named(wishes.only, tag):
        return "allowed_providers", "it is not in `provider.only`"
    if _is_named(wishes.ignore, tag):
        return "allowed_providers", "it is in `provider.ignore`"
    if wishes.order and not wishes.allow_fallbacks and not _is_named(wishes.order, tag):
        return "allowed_providers", "it is not in `provider.order`, and fallbacks are off"
    return None


def data_policy(asked: Asked, endpoint: Endpoint) -> Broken | None:
    """What is not known counts as the worst."""
    wishes, policy = asked.wishes, endpoint.data_policy
    if wishes.no_collection and policy.training is not False:
        does = "does not say whether it trains" if policy.training is None else "trains"
        return "data_policy:training", f"it {does} on prompts (`provider.data_collection`)"
    if (wishes.zero_retention or wishes.no_collection) and policy.retention_days != 0:
        days = policy.retention_days
        keeps = "does not say how long it keeps prompts" if days is None else f"keeps prompts {days} days"
        field = "zdr" if wishes.zero_retention else "data_collection"
        return "data_policy:zdr", f"it {keeps} (`provider.{field}`)"
    if wishes.distillable and endpoint.facts.get("distillable") is not True:
        return "data_policy:distillable", "nobody says that its answers may be distilled"
    return None


def quantization(asked: Asked, endpoint: Endpoint) -> Broken | None:
    exactness = endpoint.quantization or UNKNOWN
    if asked.wishes.quantizations and exactness not in asked.wishes.quantizations:
        return "quantization", f"its quantization is {exactness}"
    return None


def price(asked: Asked, endpoint: Endpoint) -> Broken | None:
    """The rates that hold for this request: of its length, its hour, its service tier."""
    bounds = dict.fromkeys(_ALWAYS_BILLED, 0) if asked.wishes.free else asked.wishes.max_price
    if not bounds:
        return None
    held = rates(endpoint, asked.size)
    for unit, most in bounds.items():
        name = _NAMES.get(unit, unit)
        if unit in _ALWAYS_BILLED and unit not in held:
            return "max_price", f"its price for {name} is not known"
        if held.get(unit, 0) > most:
            return "max_price", "it is not free" if asked.wishes.free else f"its price for {name} is above `max_price`"
    return None


def _is_named(names: tuple[str, ...], tag: str) -> bool:
    return any(names_endpoint(name, tag) for name in names)
