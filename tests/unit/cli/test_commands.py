"""The commands against the keys application on a real socket: what they print, and how they end."""

import asyncio
import csv
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli.app import app
from tests.examples import KEY, KEY_TEXT
from tests.fakes import ask
from tests.key_office import ADMIN_TEXT, FakeOffice


@dataclass
class Shell:
    """`run` types a command; the office behind it is `office`."""

    office: FakeOffice
    url: str

    def run(self, *words: str, given: str | None = None) -> Result:
        return CliRunner().invoke(app, [*words, "--url", self.url], input=given)

    def json(self, *words: str) -> Any:  # Any: JSON
        result = self.run(*words, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)


class Handler(BaseHTTPRequestHandler):
    office: FakeOffice

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower().replace("-", "_"): value for name, value in self.headers.items()}
        answered = asyncio.run(ask(self.office.app, self.command, self.path, body, **headers))
        self.send_response(answered.status)
        for name, value in answered.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answered.body)

    do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815  # http.server's names

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the tests' output is not its place."""


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Shell]:
    office = FakeOffice()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"office": office}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    for name in ("SWITCHBOARD_KEY", "SWITCHBOARD_URL", "PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SWITCHBOARD_ADMIN_KEY", ADMIN_TEXT)
    monkeypatch.setenv("STATE_DIR", str(tmp_path))
    yield Shell(office, f"http://127.0.0.1:{server.server_address[1]}")
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_key_is_made_and_its_text_is_all_that_stdout_has(shell: Shell) -> None:
    result = shell.run("keys", "create", "--name", "desk", "--limit", "2.5", "--limit-reset", "daily", "--zdr")
    assert result.exit_code == 0
    text = result.stdout.strip()
    assert shell.office.ask("GET", "/api/v1/key", text=text).json()["data"]["limit"] == 2.5
    made = shell.json("keys", "show", "desk")
    assert (made["limit"], made["limit_reset"], made["zdr"]) == (2.5, "daily", True)
    assert text not in json.dumps(made)


def test_every_option_of_a_new_key_arrives(shell: Shell) -> None:
    words = "--rpm 5 --tpm 6 --max-parallel 7 --allow-model lab/one --ignore-model lab/two --allow-provider acme"
    more = "--ignore-provider bee --no-training --management --expires-at 2028-01-01T00:00:00Z"
    data = shell.json("keys", "create", *words.split(), *more.split())["data"]
    assert (data["rpm"], data["tpm"], data["max_parallel"]) == (5, 6, 7)
    assert (data["allowed_models"], data["ignored_models"]) == (["lab/one"], ["lab/two"])
    assert (data["allowed_providers"], data["ignored_providers"]) == (["acme"], ["bee"])
    assert (data["no_training"], data["is_management_key"]) == (True, True)
    assert data["expires_at"] == "2028-01-01T00:00:00.000Z"


def test_keys_are_listed(shell: Shell) -> None:
    shell.run("keys", "disable", "laptop")
    assert [row["name"] for row in shell.json("keys", "list")] == ["admin"]
    assert [row["name"] for row in shell.json("keys", "list", "--all")] == ["admin", "laptop"]
    assert "laptop" in shell.run("keys", "list", "--all").stdout


@pytest.mark.parametrize("named", [KEY.hash, KEY.hash[:8], KEY.id, KEY.name])
def test_a_key_is_found_by_its_hash_its_id_or_its_name(shell: Shell, named: str) -> None:
    assert shell.json("keys", "show", named)["hash"] == KEY.hash


def test_a_name_that_two_keys_have_is_refused_as_unclear(shell: Shell) -> None:
    shell.office.create(name="laptop")
    result = shell.run("keys", "show", "laptop")
    assert (result.exit_code, "2 keys" in result.stderr) == (2, True)


def test_a_limit_is_set_and_lifted(shell: Shell) -> None:
    assert shell.json("keys", "limit", "laptop", "3", "--reset", "weekly")["limit_reset"] == "weekly"
    lifted = shell.json("keys", "limit", "laptop", "none", "--reset", "never")
    assert (lifted["limit"], lifted["limit_reset"]) == (None, None)


def test_a_key_is_rotated_disabled_enabled_and_deleted(shell: Shell) -> None:
    text = shell.run("keys", "rotate", "laptop", "--overlap", "60").stdout.strip()
    statuses = [shell.office.ask("GET", "/api/v1/key", text=one).status for one in (text, KEY_TEXT)]
    assert statuses == [200, 200]
    assert shell.json("keys", "disable", "laptop")["disabled"] is True
    assert shell.json("keys", "disable", "laptop", "--undo")["disabled"] is False
    assert shell.json("keys", "delete", "laptop") == {"deleted": True}
    assert shell.run("keys", "delete", "laptop").exit_code == 1


def test_usage_comes_as_a_table_as_json_and_as_csv(shell: Shell) -> None:
    shell.office.used(1_500_000_000)
    since = ("--since", "2026-12-31")
    assert [row["usage"] for row in shell.json("usage", "--by", "key,day", *since)] == [1.5]
    assert "lab/one" in shell.run("usage", *since).stdout
    table = shell.run("usage", "--by", "provider", "--csv", *since).stdout
    assert [row["usage"] for row in csv.DictReader(table.splitlines())] == ["1.500000000"]


@pytest.mark.parametrize("words", ["usage --by colour", "usage --since soon", "keys limit laptop much", "keys nothing"])
def test_what_was_typed_wrongly_ends_with_2(shell: Shell, words: str) -> None:
    result = shell.run(*words.split())
    assert (result.exit_code, result.stdout) == (2, "")


def test_a_refusal_ends_with_1_and_the_gateways_own_words(shell: Shell) -> None:
    result = shell.run("keys", "create", "--limit", "-1")
    assert result.exit_code == 1
    assert "`limit` must be US dollars" in result.stderr


def test_nobody_there_ends_with_3_and_says_what_to_do(shell: Shell) -> None:
    result = CliRunner().invoke(app, ["keys", "list", "--url", "http://127.0.0.1:9"])
    assert (result.exit_code, "make run" in result.stderr) == (3, True)


def test_an_inference_key_is_told_that_it_cannot_administer(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWITCHBOARD_ADMIN_KEY", KEY_TEXT)
    result = shell.run("keys", "list")
    assert (result.exit_code, "only management keys" in result.stderr) == (1, True)


def test_a_key_is_read_from_stdin(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SWITCHBOARD_ADMIN_KEY")
    assert shell.run("keys", "list").exit_code == 2
    assert shell.run("keys", "list", "--key-stdin", given=ADMIN_TEXT + "\n").exit_code == 0


def test_what_make_run_made_is_used_on_this_machine(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SWITCHBOARD_ADMIN_KEY")
    (tmp_path / "management-key").write_text(ADMIN_TEXT + "\n", encoding="utf-8")
    assert shell.run("keys", "list").exit_code == 0
    elsewhere = CliRunner().invoke(app, ["keys", "list", "--url", "http://example.test"])
    assert (elsewhere.exit_code, "SWITCHBOARD_ADMIN_KEY" in elsewhere.stderr) == (2, True)


def test_no_option_takes_a_key(shell: Shell) -> None:
    for words in ("keys list", "usage", "doctor", "generation x"):
        assert CliRunner().invoke(app, [*words.split(), "--key", ADMIN_TEXT]).exit_code == 2


@pytest.mark.parametrize("words", ["--url x --stack y", "--url ftp://x", "--region us-east-1"])
def test_a_gateway_is_named_in_one_way(shell: Shell, words: str) -> None:
    assert CliRunner().invoke(app, ["keys", "list", *words.split()]).exit_code == 2
