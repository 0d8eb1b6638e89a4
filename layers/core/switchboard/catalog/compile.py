"""Catalog files (TOML, written and reviewed by people) into the one JSON document that `load.py` reads.

Runs when the catalog layer is built and when the gateway starts on a laptop. Everything that is wrong in any file is
reported at once. Only `read_catalog_files` touches the disk.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import cast

from switchboard.catalog.checks import did_you_mean, unix_seconds
from switchboard.catalog.fields import ENDPOINT, MODEL, PROVIDER, Field
from switchboard.catalog.overlay import BELONGS_TO_THE_PRICE, PRICE, RowSet, gather, overlay, tag_of
from switchboard.catalog.rows import Row, read_rows
from switchboard.json_types import Json, JsonObject

VERSION = 1
CatalogFile = tuple[str, str]  # the file's name, for messages, and its TOML text

PROVIDER_NEEDS = {
    "protocol": 'write protocol = "openai-chat" or another dialect',
    "base_url": "write its https address",
}
ENDPOINT_NEEDS = {"upstream_id": "write the name that the provider itself gives the model"}
# Keys that say which row it is or whether it shows: the document says so by its shape.
NAMING = frozenset({"id", "provider", "model", "tag", "variant", "disabled"})


class CatalogError(ValueError):
    """The catalog files cannot be used; `problems` has one line for each fault, with file, field and remedy."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


def compile_directories(base: Path, operator: Path | None = None) -> JsonObject:
    """The document for the files below `base`, and those below `operator` over them; raises CatalogError."""
    return compile_catalog(read_catalog_files(base), read_catalog_files(operator) if operator else ())


def read_catalog_files(*directories: Path) -> list[CatalogFile]:
    """Every *.toml below the directories, sorted, named by its path there; a directory that is absent holds none."""
    files: list[CatalogFile] = []
    for directory in directories:
        for path in sorted(directory.rglob("[!.]*.toml")):
            name = path.relative_to(directory).as_posix()
            try:
                files.append((name, path.read_text(encoding="utf-8-sig")))
            except UnicodeDecodeError:
                raise CatalogError([f"{name}: not UTF-8 text; save it in that encoding"]) from None
    return files


def compile_catalog(files: Iterable[CatalogFile], operator_files: Iterable[CatalogFile] = ()) -> JsonObject:
    """The compiled document; the operator's files win over `files` key by key. Raises CatalogError with every fault."""
    problems: list[str] = []
    base = [read_rows(*file, problems) for file in files]
    operator = [read_rows(*file, problems) for file in operator_files]
    if None in base or None in operator:  # what the unreadable file says would be missed everywhere else
        raise CatalogError(problems)
    rows = overlay(gather(filter(None, base), problems), gather(filter(None, operator), problems))
    problems += [*_missing(rows), *_unknown_providers(rows)]
    shown = _shown(rows)
    models = _models(shown)
    problems += _alias_faults(shown, models)
    if problems:
        raise CatalogError(problems)
    return {
        "version": VERSION,
        "providers": {name: _provider(row) for name, row in shown.providers.items()},
        "models": models,
    }


def _missing(rows: RowSet) -> list[str]:
    groups = ((rows.providers.values(), PROVIDER_NEEDS), (rows.endpoints.values(), ENDPOINT_NEEDS))
    problems = [
        row.problem(key, f"is missing; {remedy}")
        for group, needs in groups
        for row in group
        for key, remedy in needs.items()
        if key not in row.values and key not in row.wrong
    ]
    offered = {model for model, _ in rows.endpoints}
    return problems + [
        row.problem("id", f'"{name}" has no endpoints; add [[endpoints]] with the providers that serve it')
        for name, row in rows.models.items()
        if name not in offered and not row.values.get("disabled")
    ]


def _unknown_providers(rows: RowSet) -> list[str]:
    return [
        row.problem(
            "provider",
            f'no file has a [provider] table with id = "{row.text("provider")}"'
            f"{did_you_mean(row.text('provider'), rows.providers)}",
        )
        for row in rows.endpoints.values()
        if row.text("provider") not in rows.providers
    ]


def _shown(rows: RowSet) -> RowSet:
    """Without what is disabled, without the endpoints of what is disabled, and without models that then have none."""
    providers = {name: row for name, row in rows.providers.items() if not row.values.get("disabled")}
    models = {name: row for name, row in rows.models.items() if not row.values.get("disabled")}
    endpoints = {
        offer: row
        for offer, row in rows.endpoints.items()
        if not row.values.get("disabled")
        and row.text("provider") in providers
        and (offer[0] in models or offer[0] not in rows.models)
    }
    served = {model for model, _ in endpoints}
    return RowSet(providers, {name: row for name, row in models.items() if name in served}, endpoints)


def _models(rows: RowSet) -> JsonObject:
    offers: dict[str, list[Row]] = {}
    for (model, _), row in rows.endpoints.items():
        offers.setdefault(model, []).append(row)
    return {name: _model(name, rows.models.get(name), offers[name]) for name in offers}


def _model(name: str, row: Row | None, offers: list[Row]) -> JsonObject:
    """What no [model] table says is taken from the endpoints: the largest limits, every modality."""
    values = dict(row.values) if row else {}
    entry: JsonObject = {"name": _spoken(name.partition("/")[2])}
    for limit in ("context", "max_output"):
        known = [cast(int, offer.values[limit]) for offer in offers if limit in offer.values]
        entry.update({limit: max(known)} if known else {})
    for kind in ("input_modalities", "output_modalities"):
        every = [mode for offer in offers for mode in cast("list[Json]", offer.values.get(kind, []))]
        entry.update({kind: list(dict.fromkeys(every))} if every else {})
    if "release_date" in values:
        values["created"] = unix_seconds(str(values["release_date"]))
    return {**entry, **_sorted_out(values, MODEL), "endpoints": [_endpoint(offer) for offer in offers]}


def _spoken(slug: str) -> str:
    return " ".join(word[:1].upper() + word[1:] for word in slug.split("-"))


def _endpoint(row: Row) -> Json:
    entry = {"provider": row.text("provider"), "tag": tag_of(row), **_sorted_out(row.values, ENDPOINT)}
    return {**entry, "price_source": _marked_source(row)} if "price_source" in row.values else entry


def _marked_source(row: Row) -> str:
    """Where the price stands, and a mark that changes with what it says: records keep both."""
    said = {key: row.values[key] for key in {PRICE, *BELONGS_TO_THE_PRICE} & row.values.keys() - {"price_source"}}
    mark = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:8]
    return f"{row.text('price_source')}#{mark}"


def _provider(row: Row) -> Json:
    """A provider that names no key needs none: a model server on one's own machine."""
    auth = "bearer" if "key_env" in row.values else "none"
    return {"auth": auth, **_sorted_out(row.values, PROVIDER)}


def _sorted_out(values: JsonObject, fields: Mapping[str, Field]) -> JsonObject:
    """The keys that the gateway acts on as they are, and all others below `facts`."""
    known = {key for key, found in fields.items() if not found.is_fact}
    entry = {key: value for key, value in values.items() if key in known - NAMING}
    facts: JsonObject = {key: value for key, value in values.items() if key not in known | NAMING}
    return {**entry, **({"facts": facts} if facts else {})}


def _alias_faults(rows: RowSet, models: JsonObject) -> list[str]:
    taken: dict[str, str] = {name: name for name in models}
    faults: list[str] = []
    for name, row in rows.models.items():
        for alias in cast("list[Json]", row.values.get("aliases", [])):
            owner = taken.setdefault(str(alias), name)
            if owner != name:
                faults.append(row.problem("aliases", f'"{alias}" already leads to {owner}; remove it from one of them'))
    return faults
