"""What was used, by day, model, provider and key: rows that can be grouped and filtered, as JSON or as CSV."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Protocol

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response

from switchboard.accounting.activity import Activity
from switchboard.catalog.model import NANO
from switchboard.errors import InvalidRequest, NotFound
from switchboard.json_types import JsonObject
from switchboard.storage.activity import ActivityStore, DayRow
from switchboard.storage.keys import ApiKey, KeyStore
from switchboard.web.key_views import usd
from switchboard.web.spending import HISTORY_DAYS, Accounts

DAYS_SHOWN = 30
# OpenRouter's own grouping: one row for each endpoint and day.
USUAL_GROUPS = ("date", "model", "provider")
GROUPS = ("date", "model", "provider", "key")
FORMATS = ("json", "csv")


class Office(Protocol):
    """The part of the key office that activity needs."""

    @property
    def keys(self) -> KeyStore: ...

    @property
    def activity(self) -> ActivityStore: ...

    @property
    def accounts(self) -> Accounts: ...

    async def administrator(self, request: Request) -> ApiKey: ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows, and what they are summed up by; `key` is the key that was asked for by its hash."""

    first: date
    last: date
    groups: tuple[str, ...]
    key: ApiKey | None = None
    model: str | None = None
    provider: str | None = None

    def holds(self, row: DayRow) -> bool:
        if self.model is not None and row.subject.model != self.model:
            return False
        return self.provider is None or self.provider == row.subject.provider


def activity_routes(office: Office) -> APIRouter:
    router = APIRouter()

    @router.get("/activity")
    async def get_activity(  # noqa: PLR0913, PLR0917  # a query has as many parameters as it has
        request: Request,
        date: str | None = None,
        start_date: str | None = None,
        end_date: str | None = None,
        api_key_hash: str | None = None,
        model: str | None = None,
        provider: str | None = None,
        group_by: str | None = None,
        format: Annotated[str | None, Query(description="json or csv; else what Accept says")] = None,
    ) -> Response:
        """Every key's usage of the last 30 days, by day, model and provider; `group_by` takes these and `key`."""
        await office.administrator(request)
        shape = _format(format, request.headers.get("accept", ""))
        first, last = _days(date, start_date, end_date, office.accounts.today())
        key = None if api_key_hash is None else await _key(office, api_key_hash)
        wanted = Wanted(first, last, _groups(group_by), key, model, provider)
        rows = await office.activity.read(first, last, key.id if key else None)
        keys = {one.id: one for one in await office.keys.all()} if "key" in wanted.groups else {}
        shown = activity_rows(rows, wanted, keys)
        if shape == "csv":
            return Response(as_csv(shown, wanted.groups), media_type="text/csv; charset=utf-8")
        return JSONResponse({"data": shown})

    return router


def activity_rows(rows: Iterable[DayRow], wanted: Wanted, keys: dict[str, ApiKey]) -> list[JsonObject]:
    """Newest day first; what is equal in all that is grouped by is one row."""
    groups: defaultdict[tuple[str, ...], list[Activity]] = defaultdict(list)
    for row in rows:
        if wanted.holds(row):
            groups[_group(row, wanted.groups)].append(row.activity)
    newest_first = sorted(groups, key=lambda group: (-_ordinal(group, wanted.groups), group))
    return [
        _labels(dict(zip(_names(wanted.groups), group, strict=True)), keys) | _sums(Activity.merged(groups[group]))
        for group in newest_first
    ]


def as_csv(rows: Sequence[JsonObject], groups: tuple[str, ...]) -> str:
    """A header even if there are no rows; money with all its decimals."""
    head = [*_labels(dict.fromkeys(_names(groups), ""), {}), *_sums(Activity())]
    text = io.StringIO()
    writer = csv.DictWriter(text, head, lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({**row, "usage": f"{Decimal(str(row['usage_nano_dollars'])) / NANO:.9f}"})
    return text.getvalue()


def _group(row: DayRow, groups: tuple[str, ...]) -> tuple[str, ...]:
    subject = row.subject
    parts = {
        "date": (row.day.isoformat(),),
        "model": (subject.model,),
        "provider": (subject.provider, subject.endpoint),
        "key": (subject.key_id,),
    }
    return tuple(part for group in groups for part in parts[group])


def _names(groups: tuple[str, ...]) -> list[str]:
    named = {"date": ("date",), "model": ("model",), "provider": ("provider_name", "endpoint_id"), "key": ("key_id",)}
    return [name for group in groups for name in named[group]]


def _ordinal(group: tuple[str, ...], groups: tuple[str, ...]) -> int:
    return date.fromisoformat(group[groups.index("date")]).toordinal() if groups[:1] == ("date",) else 0


def _labels(group: dict[str, str], keys: dict[str, ApiKey]) -> JsonObject:
    labels: JsonObject = dict(group)
    if "model" in group:
        labels["model_permaslug"] = group["model"]
    if "key_id" in group:
        key = keys.get(group["key_id"])
        labels["api_key_hash"] = key.hash if key else None
        labels["api_key_name"] = key.name if key else None
    return labels


def _sums(activity: Activity) -> JsonObject:
    return {
        "requests": activity.requests,
        "failed_requests": activity.failures,
        "prompt_tokens": activity.prompt_tokens,
        "completion_tokens": activity.completion_tokens,
        "reasoning_tokens": activity.reasoning_tokens,
        "cached_tokens": activity.cached_tokens,
        "usage": usd(activity.cost),
        "usage_nano_dollars": activity.cost,
        "unpriced_requests": activity.unpriced,
        "byok_usage_inference": 0,
    }


async def _key(office: Office, key_hash: str) -> ApiKey:
    key = await office.keys.read(key_hash)
    if key is None:
        raise NotFound(f"There is no key `{key_hash}`. GET /api/v1/keys lists all of them.", param="api_key_hash")
    return key


def _days(day: str | None, start: str | None, end: str | None, today: date) -> tuple[date, date]:
    if day is not None:
        only = _day("date", day, today)
        return only, only
    last = today if end is None else _day("end_date", end, today)
    first = last - timedelta(days=DAYS_SHOWN - 1) if start is None else _day("start_date", start, today)
    if first > last:
        raise InvalidRequest("`start_date` must not be after `end_date`.", param="start_date")
    return first, last


def _day(name: str, text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if len(text) != len("2026-11-23") or not today - timedelta(days=HISTORY_DAYS) <= day <= today:
        raise InvalidRequest(f"`{name}` must be a UTC day of the last {HISTORY_DAYS}, like {today}.", param=name)
    return day


def _groups(given: str | None) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(given.split(","))) if given else USUAL_GROUPS
    if not set(names) <= set(GROUPS):
        raise InvalidRequest(f"`group_by` takes {', '.join(GROUPS)}, with commas between.", param="group_by")
    return tuple(group for group in GROUPS if group in names)


def _format(given: str | None, accept: str) -> str:
    if given is not None and given not in FORMATS:
        raise InvalidRequest(f"`format` must be one of {', '.join(FORMATS)}.", param="format")
    return given or ("csv" if "text/csv" in accept.lower() else "json")
