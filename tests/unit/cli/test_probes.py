"""Probes of a stack, switched on and off over its tables and an account in memory."""

import asyncio

from switchboard.jobs.probes import Access
from switchboard.secret import Secret
from switchboard.settings import Settings
from switchboard.storage.keys import hash_key
from typer.testing import CliRunner

from cli.app import app
from cli.probes import switch_off, switch_on
from cli.tables import TableGateway, Tables
from tests.fake_account import FakeAccount
from tests.fakes import FakeDatabase

PARAMETER, URL = "/prod/probes", "https://gateway.test/prod"


def switched_on(account: FakeAccount, gateway: TableGateway, limit: float) -> Access:
    switch_on(gateway, account, PARAMETER, URL, limit)
    return Access.of(Secret(account.secrets[PARAMETER]))


def test_probes_have_a_key_of_their_own_with_a_budget_for_each_day() -> None:
    database, account = FakeDatabase(), FakeAccount(secrets={"/prod/providers/openai": "sk-openai"})
    tables = Tables(database, Settings())
    gateway = TableGateway(tables, "stack prod")
    access = switched_on(account, gateway, 0.5)
    assert access.url == "https://gateway.test/prod/api/v1"
    (key,) = asyncio.run(tables.office().keys.all())
    assert (key.hash, key.kind) == (hash_key(access.key.reveal()), "inference")
    assert (key.limit_nano, key.limit_reset) == (500_000_000, "daily")


def test_switching_on_again_replaces_the_key_and_off_leaves_none() -> None:
    database, account = FakeDatabase(), FakeAccount(secrets={"/prod/providers/openai": "sk-openai"})
    gateway = TableGateway(Tables(database, Settings()), "stack prod")
    gateway.call("POST", "/keys", {"name": "laptop"})
    first, second = (switched_on(account, gateway, 1.0) for _ in range(2))
    assert first.key != second.key

    def names() -> list[str]:
        return [row["name"] for row in gateway.call("GET", "/keys?include_disabled=true").json()["data"]]

    assert sorted(names()) == ["laptop", "switchboard-probes"]
    for _ in range(2):
        switch_off(gateway, account, PARAMETER)
        assert names() == ["laptop"]
        assert account.secrets == {"/prod/providers/openai": "sk-openai"}


def test_without_a_stack_it_says_how_a_laptop_probes() -> None:
    result = CliRunner().invoke(app, ["probes", "on"])
    assert result.exit_code == 2
    assert "PROBES=1 make run" in result.stderr
