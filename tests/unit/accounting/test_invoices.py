"""L6: a request costs here what the provider's invoice says, to the nano-dollar. Real adapters, real catalog."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from switchboard.accounting.price import bill
from switchboard.catalog.model import Endpoint
from switchboard.chat import NO_USAGE

from tests.invoices import INVOICES, Invoice
from tests.priced import decoded, shipped_endpoints


@pytest.fixture(scope="module")
def endpoints() -> Mapping[str, Endpoint]:
    return shipped_endpoints()


@pytest.mark.parametrize("invoice", INVOICES, ids=[f"{each.endpoint}: {each.name}" for each in INVOICES])
def test_a_bill_is_the_invoice(invoice: Invoice, endpoints: Mapping[str, Endpoint]) -> None:
    usage = decoded(invoice, endpoints)
    charged = bill(usage, endpoints[invoice.endpoint].price, invoice.began)
    assert charged.total == invoice.cost
    assert bool(charged.unpriced) == (invoice.cost is None)


def test_there_are_enough_shapes_and_all_dialects() -> None:
    assert len(INVOICES) >= 25
    assert len({invoice.dialect for invoice in INVOICES}) == 5


@pytest.mark.parametrize("bucket", ["input", "output", "cache_read", "cache_write_5m", "reasoning", "input_audio"])
def test_no_token_of_the_shipped_catalog_is_free_unless_its_price_says_so(
    bucket: str, endpoints: Mapping[str, Endpoint]
) -> None:
    million = replace(NO_USAGE, **{bucket: 10**6})  # type: ignore[arg-type]  # every bucket is a number
    free = [each.id for each in endpoints.values() if bill(million, each.price).total == 0]
    assert [name for name in free if 0 not in endpoints[name].price.rates.values()] == []
