"""What a catalog says of one provider's offer of one model, ours or another's, in one form.

Prices are US dollars for a million tokens, as decimals.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from switchboard.catalog.model import NANO, Catalog

Offer = tuple[str, str]  # the provider's id, and its own name of the model


@dataclass(frozen=True, slots=True)
class Said:
    """What one source says of one offer; None is not said."""

    input: Decimal | None = None
    output: Decimal | None = None
    context: int | None = None
    max_output: int | None = None


def ours(catalog: Catalog) -> dict[Offer, Said]:
    """Our own endpoints; of several with one upstream name the first."""
    offers: dict[Offer, Said] = {}
    for model in catalog.models.values():
        for one in model.endpoints:
            rates = {unit: Decimal(rate) / NANO for unit, rate in one.price.rates.items()}
            said = Said(rates.get("input"), rates.get("output"), one.context, one.max_output)
            offers.setdefault((one.provider.id, one.upstream_id), said)
    return offers


def decimal_of(number: Any, times: int = 1) -> Decimal | None:  # Any: JSON
    return Decimal(str(number)) * times if isinstance(number, int | float | Decimal) else None
