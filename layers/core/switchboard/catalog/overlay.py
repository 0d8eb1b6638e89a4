"""Two sets of catalog files as one: what the catalog ships, and over it, key by key, what the operator says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from switchboard.catalog.rows import FileRows, Row

Offer = tuple[str, str]  # model id and tag: what makes an endpoint
Name = TypeVar("Name", str, Offer)


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
    """`operator` wins key by key; a value it gives, a price for instance, replaces the whole value."""
    return RowSet(
        _merged(base.providers, operator.providers),
        _merged(base.models, operator.models),
        _merged(base.endpoints, operator.endpoints),
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


def _merged(base: Mapping[Name, Row], operator: Mapping[Name, Row]) -> dict[Name, Row]:
    return {name: _over(base.get(name), operator.get(name)) for name in {**base, **operator}}


def _over(base: Row | None, operator: Row | None) -> Row:
    if base is None or operator is None:
        row = operator or base
        assert row is not None
        return row
    return Row(operator.file, operator.place, {**base.values, **operator.values}, base.wrong | operator.wrong)
