"""API keys over HTTP: the caller's own, and for management keys all of them. FastAPI, for its documentation."""

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.responses import JSONResponse

from switchboard.accounting.spending import Account
from switchboard.auth import Authenticator
from switchboard.catalog.model import Catalog
from switchboard.clock import Clock
from switchboard.errors import InvalidRequest, NotFound
from switchboard.json_types import JsonObject
from switchboard.protocols.checks import json_object
from switchboard.settings import Settings
from switchboard.storage.activity import ActivityStore
from switchboard.storage.budget import BudgetStore
from switchboard.storage.database import ConditionFailed, Database
from switchboard.storage.keys import (
    ApiKey,
    KeySecret,
    KeyStore,
    hash_key,
    key_of_text,
    mask_key,
    new_key_text,
)
from switchboard.telemetry import Telemetry
from switchboard.web.activity import activity_routes
from switchboard.web.key_input import Facts, changed_key, new_key, overlap_of
from switchboard.web.key_schema import CHANGE_BODY, CREATE_BODY, ROTATE_BODY
from switchboard.web.key_views import key_object, own_key_object, usd
from switchboard.web.rest import PREFIXES, headers_of, rest_app
from switchboard.web.spending import Accounts

PAGE = 100
# What is shown once must not be kept by anybody on the way.
SHOWN_ONCE = {"cache-control": "no-store"}


@dataclass(frozen=True, slots=True)
class KeyOffice:
    """What the routes work with."""

    keys: KeyStore
    activity: ActivityStore
    budgets: BudgetStore
    authenticator: Authenticator
    catalog: Catalog
    clock: Clock

    @classmethod
    def over(cls, database: Database, settings: Settings, catalog: Catalog, clock: Clock) -> "KeyOffice":
        """Of a stack's tables."""
        keys = KeyStore(database, settings.keys_table)
        return cls(
            keys=keys,
            activity=ActivityStore(database, settings.uptime_table),
            budgets=BudgetStore(database, settings.keys_table),
            authenticator=Authenticator(keys, clock),
            catalog=catalog,
            clock=clock,
        )

    @property
    def accounts(self) -> Accounts:
        return Accounts(self.activity, self.budgets, self.clock)

    @property
    def facts(self) -> Facts:
        return Facts(self.catalog, self.clock.now())

    async def administrator(self, request: Request) -> ApiKey:
        """Raises NotAuthenticated or NotPermitted."""
        return await self.authenticator.authenticate_management(headers_of(request))

    async def shown(self, key: ApiKey) -> JsonObject:
        """The ledger is made to follow the key first, in case that a change of it was cut short."""
        await self.budgets.follow(key, self.clock.now())
        return key_object(key, (await self.accounts.of([key]))[key.id])


def keys_app(office: KeyOffice, telemetry: Telemetry) -> FastAPI:
    app = rest_app("Switchboard keys", telemetry)
    for prefix in PREFIXES:
        for routes in (_own_routes, _key_routes, _change_routes, _secret_routes, activity_routes):
            app.include_router(routes(office), prefix=prefix, include_in_schema=prefix == PREFIXES[0])
    return app


def _own_routes(office: KeyOffice) -> APIRouter:
    router = APIRouter()

    @router.get("/key")
    async def get_key(request: Request) -> JSONResponse:
        """The key that the request was made with."""
        key = await office.authenticator.authenticate(headers_of(request))
        return JSONResponse({"data": own_key_object(key, (await office.accounts.of([key]))[key.id])})

    @router.get("/credits")
    async def get_credits(request: Request) -> JSONResponse:
        """What all keys have used, in USD, and what those with a limit may still use on top of it."""
        await office.administrator(request)
        used = sum(spent.total for spent in (await office.accounts.spent()).values())
        open_keys = [key for key in await office.keys.all() if key.kind == "inference" and not key.disabled]
        left = [account.left for account in (await office.accounts.of(open_keys)).values()]
        return JSONResponse(
            {
                "data": {
                    "total_credits": usd(used + sum(rest for rest in left if rest is not None)),
                    "total_usage": usd(used),
                    "unlimited_keys": left.count(None),
                }
            }
        )

    return router


def _key_routes(office: KeyOffice) -> APIRouter:
    router = APIRouter()

    @router.get("/keys")
    async def list_keys(
        request: Request, include_disabled: bool = False, offset: Annotated[int, Query(ge=0)] = 0
    ) -> JSONResponse:
        """Oldest first, 100 from `offset` on."""
        await office.administrator(request)
        keys = [key for key in await office.keys.all(office.clock.now()) if include_disabled or not key.disabled]
        page = keys[offset : offset + PAGE]
        accounts = await office.accounts.of(page)
        rows = [key_object(key, accounts[key.id]) for key in page]
        return JSONResponse({"data": rows, "total_count": len(keys)})

    @router.get("/keys/{hash}")
    async def read_key(request: Request, hash: str) -> JSONResponse:
        await office.administrator(request)
        return JSONResponse({"data": await office.shown(_found(await office.keys.read(hash), hash))})

    return router


def _change_routes(office: KeyOffice) -> APIRouter:
    router = APIRouter()

    @router.patch("/keys/{hash}", openapi_extra=CHANGE_BODY)
    async def change_key(request: Request, hash: str) -> JSONResponse:
        """Fields that are left out stay as they are."""
        await office.administrator(request)
        body, facts = json_object(await request.body(), "the fields to change"), office.facts
        try:
            key = await office.keys.change(hash, lambda key: changed_key(key, body, facts))
        except ConditionFailed:
            raise _too_many_changes() from None
        return JSONResponse({"data": await office.shown(_found(key, hash))})

    @router.delete("/keys/{hash}")
    async def delete_key(request: Request, hash: str) -> JSONResponse:
        """For good; what it has used stays in the activity."""
        await office.administrator(request)
        key, now = _found(await office.keys.read(hash), hash), office.clock.now()
        await office.budgets.follow(replace(key, disabled=True), now)
        await office.keys.remove(key, now)
        return JSONResponse({"deleted": True})

    return router


def _secret_routes(office: KeyOffice) -> APIRouter:
    """Those whose answers show a text."""
    router = APIRouter()

    @router.post("/keys", status_code=201, openapi_extra=CREATE_BODY)
    async def create_key(request: Request) -> JSONResponse:
        """The only answer that ever shows the key's text, in `key`."""
        await office.administrator(request)
        text, now = new_key_text(), office.clock.now()
        blank = key_of_text(text, "", "inference", now)
        key = new_key(blank, json_object(await request.body(), "the fields of a key"), office.facts)
        await office.keys.add(key)
        return JSONResponse({"data": key_object(key, Account(left=key.limit_nano)), "key": text}, 201, SHOWN_ONCE)

    @router.post("/keys/{hash}/rotate", openapi_extra=ROTATE_BODY)
    async def rotate_key(request: Request, hash: str) -> JSONResponse:
        """A new text for the same key, in `key`; the old one works for `overlap_seconds` more."""
        await office.administrator(request)
        body = await request.body()
        overlap = overlap_of(json_object(body or b"{}", "`overlap_seconds`"))
        text, now = new_key_text(), office.clock.now()
        try:
            key = await office.keys.rotate(hash, KeySecret(hash_key(text), now + overlap), mask_key(text), now)
        except ConditionFailed:
            raise _too_many_changes() from None
        return JSONResponse({"data": await office.shown(_found(key, hash)), "key": text}, headers=SHOWN_ONCE)

    return router


def _found(key: ApiKey | None, key_hash: str) -> ApiKey:
    if key is None:
        raise NotFound(f"There is no key `{key_hash}`. GET /api/v1/keys lists all of them.", param="hash")
    return key


def _too_many_changes() -> InvalidRequest:
    error = InvalidRequest("Somebody else changed this key at the same moment. Nothing was done; try again.")
    error.status = 409
    return error
