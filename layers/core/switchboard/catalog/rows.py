"""One catalog file as rows: its provider, its model and its endpoints, each checked and in canonical form.

Knows the shape of a file, not what other files say. What is wrong is collected, never raised, and a wrong value is
left out of its row, so that one run reports everything.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import cast

from switchboard.catalog.checks import ANYTHING, LIKE_A_TYPO, Fault, did_you_mean
from switchboard.catalog.fields import ENDPOINT, MODEL, PROVIDER, PROVIDER_SYNONYMS, Field
from switchboard.json_types import Json, JsonObject

SECTIONS = ("provider", "model", "endpoints")


@dataclass(frozen=True, slots=True)
class Row:
    """`place` is where in `file` it stands (`endpoints[0]`); `wrong` are the keys already reported."""

    file: str
    place: str
    values: JsonObject
    wrong: frozenset[str] = frozenset()

    def problem(self, key: str, what: str) -> str:
        return f"{self.file}: {self.place}.{key}: {what}"

    def text(self, key: str) -> str:
        """The value of a key that holds a text, or an empty text."""
        return str(self.values.get(key, ""))


@dataclass(frozen=True, slots=True)
class FileRows:
    provider: Row | None = None
    model: Row | None = None
    endpoints: tuple[Row, ...] = ()


def read_rows(file: str, text: str, problems: list[str]) -> FileRows | None:
    """`problems` gets one line for everything that is wrong with the file; None where it is no TOML at all."""
    try:
        document = cast(JsonObject, _plain(tomllib.loads(text)))
    except tomllib.TOMLDecodeError as error:
        problems.append(_not_toml(file, text, str(error)))
        return None
    for section in document:
        if section not in SECTIONS:
            guess = did_you_mean(section, SECTIONS)
            problems.append(f"{file}: {section}: not a part of a catalog file; write {' or '.join(SECTIONS)}{guess}")
    provider = _table(file, "provider", document, problems)
    model = _table(file, "model", document, problems)
    defaults = _defaults(provider, model)
    return FileRows(provider, model, _endpoints(file, document, defaults, problems))


def _plain(value: object) -> Json:
    """TOML's dates and times become texts: the compiled document is JSON."""
    if isinstance(value, dict):
        return {key: _plain(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_plain(member) for member in value]
    return value.isoformat() if isinstance(value, datetime | date | time) else cast(Json, value)


def _not_toml(file: str, text: str, error: str) -> str:
    found = re.search(r" \(at line (\d+), column \d+\)$", error)
    line = found[1] if found else str(text.count("\n") + 1)
    reason = error[: found.start()] if found else error
    return f"{file}: line {line}: not valid TOML: {reason}"


def _table(file: str, section: str, document: JsonObject, problems: list[str]) -> Row | None:
    if section not in document:
        return None
    values = document[section]
    if not isinstance(values, dict):
        problems.append(f"{file}: {section}: must be one table; write [{section}]")
        return None
    fields, synonyms = (PROVIDER, PROVIDER_SYNONYMS) if section == "provider" else (MODEL, {})
    return _checked(Row(file, section, _renamed(values, synonyms)), fields, problems)


def _renamed(values: JsonObject, synonyms: Mapping[str, str]) -> JsonObject:
    return {synonyms.get(key, key): value for key, value in values.items()}


def _defaults(provider: Row | None, model: Row | None) -> Mapping[str, Row]:
    return {name: row for name, row in (("provider", provider), ("model", model)) if row}


def _endpoints(file: str, document: JsonObject, defaults: Mapping[str, Row], problems: list[str]) -> tuple[Row, ...]:
    rows = document.get("endpoints", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        problems.append(f"{file}: endpoints: must be tables; write [[endpoints]] with two brackets, once for each")
        return ()
    named = [
        _checked(Row(file, f"endpoints[{i}]", cast(JsonObject, row)), ENDPOINT, problems) for i, row in enumerate(rows)
    ]
    return tuple(row for row in (_with_defaults(row, defaults, problems) for row in named) if row)


def _with_defaults(row: Row, defaults: Mapping[str, Row], problems: list[str]) -> Row | None:
    """The endpoint with its provider and model filled in from its file; None where either stays unknown."""
    values = dict(row.values)
    for key in ("provider", "model"):
        if key not in values and key in defaults:
            values[key] = defaults[key].values.get("id")
        elif key not in values and key not in row.wrong:
            problems.append(row.problem(key, f"is missing; write {key} = ..., or add a [{key}] table to this file"))
    if not values.get("provider") or not values.get("model"):
        return None
    return Row(row.file, row.place, values, row.wrong)


def _checked(row: Row, fields: Mapping[str, Field], problems: list[str]) -> Row:
    values: JsonObject = {}
    wrong: set[str] = set()
    for key, value in row.values.items():
        faults = _field(key, fields).check(value)
        guess = "" if key in fields else did_you_mean(key, fields, LIKE_A_TYPO)
        if guess:
            faults = [Fault("", f"unknown key{guess}")]
        problems.extend(row.problem(key + where, what) for where, what in faults)
        if faults:
            wrong.add(key)
        else:
            values[key] = _field(key, fields).tidy(value)
    return Row(row.file, row.place, values, frozenset(wrong))


def _field(key: str, fields: Mapping[str, Field]) -> Field:
    return fields.get(key, Field(ANYTHING, is_fact=True))
