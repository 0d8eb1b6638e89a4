"""Debian's Chromium at two sizes, a server with fixed figures, and the gateway of `make run`."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests.contract.conftest import Running, start
from tests.node_packages import NoNode, install

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
INTERPRETER = os.environ.get("SWITCHBOARD_PYTHON", sys.executable)
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
# The page shows the address that it was asked at: a fixed name keeps the pictures equal.
HOST = "gateway.test"


@dataclass(frozen=True)
class Visit:
    """A page that is open, and what went wrong on it."""

    page: Page
    troubles: list[str] = field(default_factory=list)

    def open(self, path: str) -> Any:
        return self.page.goto(path, wait_until="load")


Open = Callable[..., Visit]


@pytest.fixture(scope="session")
def fixed() -> Iterator[str]:
    """The port of a server whose figures are always the same."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'layers' / 'core'}:{ROOT}"}
    command = [INTERPRETER, "-m", "tests.browser.fixed_pages"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        assert port.isdigit(), "the server of fixed pages did not start"
        yield port
        process.terminate()


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = start(tmp_path_factory.mktemp("state"))
    yield running
    running.stop()
    assert running.process.stdout is not None
    running.process.stdout.close()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright, fixed: str) -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.exit(f"There is no {CHROMIUM}: apt-get install chromium, or name one in CHROMIUM.", 1)
    rules = f"--host-resolver-rules=MAP {HOST} 127.0.0.1:{fixed}"
    arguments = ["--no-sandbox", "--font-render-hinting=none", "--disable-lcd-text", rules]
    opened = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
    yield opened
    opened.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Open]:
    contexts: list[BrowserContext] = []

    def made(base_url: str = f"http://{HOST}", width: int = 1280, **options: Any) -> Visit:
        context = browser.new_context(base_url=base_url, viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        return _watched(context.new_page(), base_url)

    yield made
    for context in contexts:
        context.close()


def _watched(page: Page, base_url: str) -> Visit:
    visit = Visit(page)
    page.on("console", lambda message: visit.troubles.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: visit.troubles.append(str(error)))

    def requested(url: str) -> None:
        if not url.startswith((base_url + "/", "data:", "blob:")):
            visit.troubles.append(f"asks elsewhere: {url}")

    page.on("request", lambda request: requested(request.url))
    return visit


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    try:
        install(HERE)
    except NoNode as missing:
        pytest.exit(f"make browser {missing}", 1)
    return (HERE / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@contextmanager
def broken(running: Running, *providers: str) -> Iterator[None]:
    """Simulated providers that answer with 500 while the block lasts."""
    tell = ["curl", "-sf", f"{running.simulator}/_faults"]
    for provider in providers:
        rule = f'{{"provider": "{provider}", "fault": "500"}}'
        subprocess.run([*tell, "-H", "content-type: application/json", "-d", rule], check=True, capture_output=True)
    yield
    subprocess.run([*tell, "-X", "DELETE"], check=True, capture_output=True)
