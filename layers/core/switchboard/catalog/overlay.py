"""Two sets of catalog files as one: what the catalog ships, and over it, key by key, what the operator says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from switchboard.catalog.rows import FileRows, Row

Offer = tuple[str, str]  # model id and tag: what makes an endpoint
Name = TypeVar("Name", str, Offer)
# Who sets a price sets all of it: shipped tiers, hours and discounts belong to the shipped price.
PRICE = "price"
BELONGS_TO_THE_PRICE = frozenset({"price_tiers", "price_extra", "discount", "price_source"})


@dataclass(frozen=True, slots=True)
class RowSet:
    """Every row of a set of files under the name that makes it unique."""

    providers: dict[str, Row] = field(default_factory=dict)
    models: dict[str, Row] = field(default_factory=dict)
    endpoints: dict[Offer, Row] = field(default_factory=dict)


def gather(files: Iterable[FileRows], problems: list[str]) -> RowSet:
    """One set; two rows of the same name in it are a problem, for nothing says which should win."""
    rows = RowSet()
    for file in files:
        if file.provider:
            _add_named(rows.providers, file.provider, problems)
        if file.model:
            _add_named(rows.models, file.model, problems)
        for endpoint in file.endpoints:
            _add_endpoint(rows.endpoints, endpoint, problems)
    return rows


def overlay(base: RowSet, operator: RowSet) -> RowSet:
    """`operator` wins key by key; a value it gives replaces the whole value, and a price everything about prices."""
    return RowSet(
        _merged(base.providers, operator.providers),
        _merged(base.models, operator.models),
        _merged(_sourced(base.endpoints, "catalog"), _sourced(operator.endpoints, "operator")),
    )


def tag_of(endpoint: Row) -> str:
    """The endpoint's name among those of its model: its tag, or its provider with the variant it may have."""
    variant = endpoint.text("variant")
    provider = endpoint.text("provider")
    return endpoint.text("tag") or (f"{provider}/{variant}" if variant else provider)


def _add_named(rows: dict[str, Row], row: Row, problems: list[str]) -> None:
    name = row.text("id")
    if not name:
        if "id" not in row.wrong:
            problems.append(row.problem("id", f"is missing; write the id of this {row.place}"))
    elif name in rows:
        problems.append(row.problem("id", f'"{name}" is already in {rows[name].file}; keep one of them'))
    else:
        rows[name] = row


def _add_endpoint(rows: dict[Offer, Row], row: Row, problems: list[str]) -> None:
    model, tag = offer = (row.text("model"), tag_of(row))
    if offer in rows:
        first = rows[offer]
        what = f'"{model}@{tag}" is already {first.place} of {first.file}; add variant = "..." to tell them apart'
        problems.append(f"{row.file}: {row.place}: {what}")
    else:
        rows[offer] = row


def _sourced(endpoints: Mapping[Offer, Row], whose: str) -> dict[Offer, Row]:
    """Every row that says anything of prices also says where it stands, so that a bill can be traced to it."""
    return {offer: _with_source(row, whose) for offer, row in endpoints.items()}


def _with_source(row: Row, whose: str) -> Row:
    if "price_source" in row.values or not row.values.keys() & {PRICE, *BELONGS_TO_THE_PRICE}:
        return row
    return Row(row.file, row.place, {**row.values, "price_source": f"{whose}:{row.file}"}, row.wrong)


def _merged(base: Mapping[Name, Row], operator: Mapping[Name, Row]) -> dict[Name, Row]:
    return {name: _over(base.get(name), operator.get(name)) for name in {**base, **operator}}


def _over(base: Row | None, operator: Row | None) -> Row:
    if base is None or operator is None:
        row = operator or base
        assert row is not None
        return row
    dropped = BELONGS_TO_THE_PRICE if PRICE in operator.values else frozenset()
    kept = {key: value for key, value in base.values.items() if key not in dropped}
    return Row(operator.file, operator.place, {**kept, **operator.values}, base.wrong | operator.wrong)
