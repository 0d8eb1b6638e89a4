"""`make run`: the embedded AWS engine, the simulated providers and the gateway, all on this machine."""

import asyncio
import random
import sys
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from pathlib import Path
from socket import AF_INET, AF_INET6, SO_REUSEADDR, SOL_SOCKET, socket

import boto3
import uvicorn
from switchboard.catalog.compile import CatalogError
from switchboard.garbage import collect_rarely
from switchboard.jobs.probes import Access, Prober
from switchboard.secret import Secret
from switchboard.storage.keys import KeyStore

from local.demo import Demo, demonstration, simulated_offers
from local.greeting import greeting
from local.keys import FirstKey, ensure_key
from local.processes import Beside, NotReady
from local.server import Gateway, build_gateway, rankings_every
from local.settings import ENGINE_FILE, ROOT, LocalSettings
from local.tables import create_tables

STATE_IN_USE = 2  # the engine's exit code for it


def main() -> int:
    """Exit code 0 after Ctrl-C, 1 when something is wrong; what, is on stderr."""
    try:
        settings = LocalSettings.read()
        _make_state_dir(settings.state_dir)
        with suppress(KeyboardInterrupt), _door(settings.host, settings.port) as door:
            asyncio.run(run(replace(settings, port=door.getsockname()[1]), door))
    except (CatalogError, NotReady, ValueError, OSError) as error:
        print(f"make run: {error}", file=sys.stderr)
        return 1
    return 0


def _make_state_dir(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(f"the state cannot be kept in {folder} ({error.strerror}). Try: STATE_DIR=...") from error


def _door(host: str, port: int) -> socket:
    """Taken before anything is started, so that whoever is in the way is met at once; nobody is let in yet.

    Raises ValueError.
    """
    door = socket(AF_INET6 if ":" in host else AF_INET)
    door.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
    try:
        door.bind((host, port))
    except OSError as error:
        door.close()
        words = f"cannot listen at {host}:{port} ({error.strerror}). Try another: PORT=8788 make run"
        raise ValueError(words) from error
    return door


async def run(settings: LocalSettings, door: socket) -> None:
    async with AsyncExitStack() as closing:
        engine = await _engine(closing, settings.state_dir)
        (settings.state_dir / ENGINE_FILE).write_text(engine.url, encoding="utf-8")
        simulator = await _simulator(closing, settings)
        gateway = build_gateway(settings, engine.url, simulator.url if simulator else None)
        closing.push_async_callback(gateway.http.close)
        await asyncio.to_thread(_create_tables, engine.url)
        key = await _keys(gateway, settings)
        prober = await _prober(gateway, settings) if settings.probes else None
        await closing.enter_async_context(rankings_every(gateway, settings.rankings_seconds, prober))
        if settings.demo:
            await closing.enter_async_context(demonstration(_demo(gateway, settings, key, simulator)))
        await _serve(gateway, door, greeting(settings, gateway.catalog, key, simulator.url if simulator else None))


async def _engine(closing: AsyncExitStack, state_dir: Path) -> Beside:
    try:
        return await _beside(closing, "local.engine", "--port", "0", "--state-dir", str(state_dir))
    except NotReady as error:
        if error.code != STATE_IN_USE:
            raise
        raise ValueError(
            f"it runs already, with the state in {state_dir}. Stop that one with Ctrl-C, or give this one a state and "
            "a port of its own: STATE_DIR=... PORT=8788 make run"
        ) from error


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


async def _prober(gateway: Gateway, settings: LocalSettings) -> Prober:
    """With a key of its own, so that what probing costs can be seen."""
    store = KeyStore(gateway.database, gateway.settings.keys_table)
    first = FirstKey("switchboard-probes", "inference", None, settings.state_dir / "probes-key")
    key = Secret(await ensure_key(store, first, gateway.clock.now()))
    access = Secret(Access(f"http://{settings.host}:{settings.port}/api/v1", key).text())

    async def load() -> Secret:
        return access

    return Prober(load, gateway.http, gateway.clock, random.SystemRandom())


async def _serve(gateway: Gateway, door: socket, text: str) -> None:
    config = uvicorn.Config(
        gateway.app,
        log_level="warning",
        access_log=False,
        lifespan="on",
        timeout_graceful_shutdown=5,
    )
    server = _Announcing(config, text)
    collect_rarely()
    await server.serve([door])


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
