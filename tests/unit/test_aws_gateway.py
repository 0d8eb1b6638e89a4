import asyncio
import sys
from pathlib import Path

import orjson
import pytest
from switchboard.aws_gateway import aws_gateway
from switchboard.catalog.packaged import FILE, PACKAGE
from switchboard.settings import AwsEnvironment, Settings
from switchboard.wire.sigv4 import Credentials

from tests.examples import BEARER, body
from tests.fakes import Answered, ask
from tests.unit.catalog.acme import ACME, LLAMA, compiled

NOBODY = "http://127.0.0.1:9"  # the discard port: nothing listens there


def test_it_serves_the_packaged_catalog_and_says_when_the_tables_are_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / PACKAGE
    package.mkdir()
    (package / "__init__.py").touch()
    (package / FILE).write_bytes(orjson.dumps(compiled(ACME + LLAMA)))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, PACKAGE, raising=False)
    asked: list[str] = []
    here = AwsEnvironment("eu-central-1", "", "", None, NOBODY)

    def credentials() -> Credentials:
        asked.append("credentials")
        return Credentials("id", "secret")

    async def run() -> tuple[Answered, Answered]:
        app = aws_gateway(Settings(log_level="CRITICAL"), here, credentials)
        assert not asked  # a cold start needs none yet
        health = await ask(app, "GET", "/healthz")
        return health, await ask(app, "POST", "/v1/chat/completions", orjson.dumps(body()), **BEARER)

    health, refused = asyncio.run(run())
    assert (health.status, refused.status) == (200, 503)
    assert asked
