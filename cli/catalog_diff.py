"""Where two catalogs disagree: what is new, gone or changed. Pure; people decide what to do about it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal

from cli.catalog_offers import Offer, Said

# Prices are rounded differently everywhere.
TOLERANCE = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Difference:
    """`kind` is new, gone or changed; `field` is empty where it is about the whole offer."""

    source: str
    kind: str
    provider: str
    upstream_id: str
    field: str = ""
    ours: str = ""
    theirs: str = ""


def differences(
    source: str, ours: Mapping[Offer, Said], theirs: Mapping[Offer, Said], *, whole: bool = False
) -> list[Difference]:
    """Unless theirs is a `whole` catalog, only providers that both know are compared: of others it says nothing."""
    known, told = {provider for provider, _ in ours}, {provider for provider, _ in theirs}
    shared = known | told if whole else known & told
    found = [
        *_changed(source, ours, theirs),
        *(Difference(source, "gone", *offer) for offer in ours.keys() - theirs.keys() if offer[0] in shared),
        *(Difference(source, "new", *offer) for offer in theirs.keys() - ours.keys() if offer[0] in shared),
    ]
    return sorted(found, key=lambda one: (one.kind, one.provider, one.upstream_id, one.field))


def _changed(source: str, ours: Mapping[Offer, Said], theirs: Mapping[Offer, Said]) -> Iterator[Difference]:
    for offer in ours.keys() & theirs.keys():
        for field in fields(Said):
            mine, other = getattr(ours[offer], field.name), getattr(theirs[offer], field.name)
            if mine is not None and other is not None and _differ(Decimal(mine), Decimal(other)):
                yield Difference(source, "changed", *offer, field.name, f"{Decimal(mine):f}", f"{Decimal(other):f}")


def _differ(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) > TOLERANCE * max(abs(one), abs(other))
