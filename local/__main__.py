"""`make run`: the embedded AWS engine, the simulated providers and the gateway, all on this machine."""

import asyncio
import sys
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from socket import socket

import boto3
import uvicorn
from switchboard.catalog.compile import CatalogError
from switchboard.garbage import collect_rarely
from switchboard.storage.keys import KeyStore

from local.demo import Demo, demonstration, simulated_offers
from local.greeting import greeting
from local.keys import FirstKey, ensure_key
from local.processes import Beside, NotReady
from local.server import Gateway, build_gateway, rankings_every
from local.settings import ENGINE_FILE, ROOT, LocalSettings
from local.tables import create_tables


def main() -> int:
    """Exit code 0 after Ctrl-C, 1 when something is wrong; what, is on stderr."""
    try:
        settings = LocalSettings.read()
        settings.state_dir.mkdir(parents=True, exist_ok=True)
        with suppress(KeyboardInterrupt):
            asyncio.run(run(settings))
    except (CatalogError, NotReady, ValueError, OSError) as error:
        print(f"make run: {error}", file=sys.stderr)
        return 1
    return 0


async def run(settings: LocalSettings) -> None:
    async with AsyncExitStack() as closing:
        engine = await _beside(closing, "local.engine", "--port", "0", "--state-dir", str(settings.state_dir))
        (settings.state_dir / ENGINE_FILE).write_text(engine.url, encoding="utf-8")
        simulator = await _simulator(closing, settings)
        gateway = build_gateway(settings, engine.url, simulator.url if simulator else None)
        closing.push_async_callback(gateway.http.close)
        await asyncio.to_thread(_create_tables, engine.url)
        key = await _keys(gateway, settings)
        await closing.enter_async_context(rankings_every(gateway, settings.rankings_seconds))
        if settings.demo:
            await closing.enter_async_context(demonstration(_demo(gateway, settings, key, simulator)))
        await _serve(gateway, settings, greeting(settings, gateway.catalog, key, simulator.url if simulator else None))


async def _simulator(closing: AsyncExitStack, settings: LocalSettings) -> Beside | None:
    if not settings.simulate:
        return None
    pace = ("--fast",) if settings.simulate_fast else ()
    return await _beside(closing, "local.simulator", "--port", "0", *pace)


def _demo(gateway: Gateway, settings: LocalSettings, key: str, simulator: Beside | None) -> Demo:
    """Raises ValueError where nothing is simulated."""
    offers = simulated_offers(gateway.catalog)
    return Demo(
        f"http://{settings.host}:{settings.port}", simulator.url if simulator else "", key, offers, gateway.http
    )


async def _beside(closing: AsyncExitStack, module: str, *arguments: str) -> Beside:
    beside = await asyncio.to_thread(Beside.start, module, arguments)
    closing.callback(beside.stop)
    return beside


def _create_tables(engine_url: str) -> None:
    client = boto3.client(
        "dynamodb",
        endpoint_url=engine_url,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )
    create_tables(client, ROOT / "template.yaml")


async def _keys(gateway: Gateway, settings: LocalSettings) -> str:
    """The text of the inference key."""
    store = KeyStore(gateway.database, gateway.settings.keys_table)
    now = gateway.clock.now()
    files: dict[str, Path] = {kind: settings.state_dir / f"{kind}-key" for kind in ("inference", "management")}
    await ensure_key(store, FirstKey("first admin key", "management", settings.admin_key, files["management"]), now)
    return await ensure_key(store, FirstKey("first key", "inference", settings.key, files["inference"]), now)


async def _serve(gateway: Gateway, settings: LocalSettings, text: str) -> None:
    config = uvicorn.Config(
        gateway.app,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=5,
    )
    server = _Announcing(config, text)
    collect_rarely()
    await server.serve()


class _Announcing(uvicorn.Server):
    """Says that it is ready once it is."""

    def __init__(self, config: uvicorn.Config, text: str) -> None:
        super().__init__(config)
        self._text = text

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            print(self._text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
