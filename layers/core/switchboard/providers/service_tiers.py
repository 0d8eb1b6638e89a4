"""The service tier that a provider says it served in. Billing needs it: the tier that was asked for may be refused."""

from switchboard.json_types import Json

USUAL = frozenset({"", "auto", "default", "standard", "on_demand", "null"})


def unusual_tier(name: Json) -> str | None:
    """The tier's name, or None for the usual one, whatever the provider calls it."""
    return name if isinstance(name, str) and name not in USUAL else None
