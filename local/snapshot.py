"""DynamoDB tables and SSM parameters of the running moto, as one file.

A line of JSON (format, moto version, checksum, lengths), then the tables, then the parameters, each pickled. The
checksum is judged before anything is unpickled. SSM's part stays bytes until moto's SSM is imported, which is slow.
"""

import contextlib
import copyreg
import hashlib
import io
import json
import os
import pickle
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, LimitedSizeDict
from moto.dynamodb.models.table import Table

FORMAT = 1
FILE_NAME = "engine.pickle"

_Place = tuple[str, str]  # account, region
_Attribute = tuple[str, str, Any]  # name, DynamoDB type, value: whatever that type holds
_UNPICKLING = (pickle.UnpicklingError, EOFError, LookupError, AttributeError, ImportError, TypeError, ValueError)


class SnapshotError(Exception):
    """A snapshot cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class State:
    """What a snapshot holds; `ssm` is a pickle of its own."""

    tables: Mapping[_Place, Mapping[str, Table]]
    ssm: bytes


def current_state(unread_ssm: bytes) -> State:
    """The running engine's state; `unread_ssm` is passed on if nobody has used SSM."""
    tables = {
        (account, region): backend.tables
        for account, regions in dynamodb_backends.items()
        for region, backend in regions.items()
    }
    return State(tables, _dump_ssm() if ssm_is_imported() else unread_ssm)


def adopt_tables(state: State, now: float) -> None:
    """Put the tables into moto, without the items whose time to live ended before `now` (Unix seconds)."""
    for (account, region), tables in state.tables.items():
        for table in tables.values():
            _expire(table, now)
        dynamodb_backends[account][region].tables = dict(tables)


def ssm_is_imported() -> bool:
    return "moto.ssm.models" in sys.modules


def adopt_ssm(blob: bytes) -> None:
    """Put the parameters into moto's SSM, importing it. Raises SnapshotError."""
    from moto.ssm.models import ssm_backends  # noqa: PLC0415 - 1.6 s, seldom needed

    if not blob:
        return
    for (account, region), (parameters, tags) in _load(blob).items():
        backend = ssm_backends[account][region]
        backend._parameters.update(parameters)
        for kind, resources in tags.items():
            backend._resource_tags[kind].update(resources)


def encode(state: State) -> bytes:
    """The whole file."""
    tables = _dump(state.tables)
    header = {
        "format": FORMAT,
        "moto": version("moto"),
        "sha256": hashlib.sha256(tables + state.ssm).hexdigest(),
        "tables": len(tables),
    }
    return json.dumps(header).encode() + b"\n" + tables + state.ssm


def decode(content: bytes) -> State:
    """Read a file's content. Raises SnapshotError."""
    first, _, body = content.partition(b"\n")
    try:
        header = json.loads(first)
        found = (header["format"], header["moto"])
        checksum, length = header["sha256"], header["tables"]
    except (ValueError, KeyError, TypeError) as error:
        raise SnapshotError("it is not a snapshot of this engine") from error
    if found != (FORMAT, version("moto")):
        raise SnapshotError(
            f"it was written by format {found[0]}, moto {found[1]}; this is {FORMAT}, {version('moto')}"
        )
    if hashlib.sha256(body).hexdigest() != checksum:
        raise SnapshotError("it is damaged: its checksum does not match")
    return State(_load(body[:length]), body[length:])


def write(path: Path, content: bytes) -> None:
    """Replace the file in one step, readable by its owner only. Raises OSError."""
    temporary = path.with_suffix(".tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def read(path: Path) -> State | None:
    """The state in the file, None without one; an unusable file is moved aside with a word on stderr."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        return decode(content)
    except SnapshotError as reason:
        move_aside(path, reason)
        return None


def move_aside(path: Path, reason: SnapshotError) -> None:
    """Keep an unusable file under another name and say so."""
    aside = path.with_name(f"{path.name}.broken-{int(time.time())}")
    with contextlib.suppress(FileNotFoundError):
        os.replace(path, aside)
    print(f"engine: cannot use {path}: {reason}. Moved to {aside}, starting empty.", file=sys.stderr, flush=True)


class _Pickler(pickle.Pickler):
    """moto's own item dictionary measures the whole item at every key, so 5,000 items would take 4 s to load."""

    dispatch_table = copyreg.dispatch_table | {LimitedSizeDict: lambda attributes: (_item, (_attributes(attributes),))}


def _attributes(item: Mapping[str, DynamoType]) -> list[_Attribute]:
    return [(name, attribute.type, attribute.value) for name, attribute in item.items()]


def _item(attributes: Iterable[_Attribute]) -> LimitedSizeDict:
    item = LimitedSizeDict()
    for name, kind, value in attributes:
        attribute = DynamoType.__new__(DynamoType)
        attribute.type, attribute.value = kind, value
        dict.__setitem__(item, name, attribute)
    return item


def _dump(value: object) -> bytes:
    buffer = io.BytesIO()
    _Pickler(buffer, protocol=5).dump(value)
    return buffer.getvalue()


def _load(blob: bytes) -> Any:  # a pickle can hold anything; the checksum says that we wrote it
    try:
        return pickle.loads(blob)
    except _UNPICKLING as error:
        raise SnapshotError(f"it cannot be unpickled: {error!r}") from error


def _dump_ssm() -> bytes:
    from moto.ssm.models import ssm_backends  # noqa: PLC0415 - imported already, see ssm_is_imported

    state = {}
    for account, regions in ssm_backends.items():
        for region, backend in regions.items():
            # Names under /aws/ are moto's own copies of AWS's public parameters.
            parameters = {name: list(versions) for name, versions in backend._parameters.items() if name[:5] != "/aws/"}
            tags = {kind: dict(resources) for kind, resources in backend._resource_tags.items()}
            if parameters:
                state[account, region] = (parameters, tags)
    return pickle.dumps(state, protocol=5)


def _expire(table: Table, now: float) -> None:
    name = table.ttl.get("AttributeName")
    if not name or table.ttl.get("TimeToLiveStatus") != "ENABLED" or not table.has_range_key:
        return
    for items in table.items.values():
        for key, item in list(items.items()):
            expiry = item.attrs.get(name)
            if expiry is not None and expiry.type == "N" and float(expiry.value) < now:
                del items[key]
