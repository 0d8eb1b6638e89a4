"""The matrix: every client at every upstream, each test's outcome put down as a line of CONTRACT_RESULTS."""

import json
import os
import time
import urllib.error
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import certifi
import pytest

from tests.contract.conftest import Running, contract_gateway
from tests.contract.faults import Faults
from tests.contract.python.clients import CLIENTS
from tests.contract.python.driver import Account, Driver
from tests.contract.python.drivers.openai_chat import OpenAiChat
from tests.contract.python.questions import Question
from tests.contract.python.upstreams import UPSTREAMS, Upstream
from tests.contract.verdicts import NAMED, Verdict

PEM_BEGIN, PEM_END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
SETTLED_WITHIN_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Cell:
    """One client at one upstream."""

    client: Driver
    upstream: Upstream
    account: Account

    def verdict(self, feature: str, error: str | None = None) -> None:
        """Put down how the feature came through: as it is, translated, or refused with this error's code."""
        result = "refused" if error else self.upstream.result(self.client.protocol)
        line = Verdict(self.client.client, self.client.protocol, self.upstream.dialect, feature, result, error)
        line.record(os.environ.get("CONTRACT_RESULTS"))

    def left_out(self, feature: str, name: str) -> None:
        """Put down that the answer came without it, and that the caller was told its name."""
        line = Verdict(self.client.client, self.client.protocol, self.upstream.dialect, feature, NAMED, name)
        line.record(os.environ.get("CONTRACT_RESULTS"))

    def skip_what_it_cannot(self, feature: str) -> None:
        """Ends the test here where the SDK itself has no words for the feature, or none at this upstream."""
        for name in (feature, f"{feature} at {self.upstream.dialect}"):
            if reason := self.client.cannot.get(name):
                pytest.skip(reason)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "client" in metafunc.fixturenames:
        ids = [f"{client.client}/{client.protocol}".replace(" ", "-") for client in CLIENTS]
        metafunc.parametrize("client", CLIENTS, ids=ids, scope="session")
    if "upstream" in metafunc.fixturenames:
        metafunc.parametrize("upstream", UPSTREAMS, ids=[upstream.dialect for upstream in UPSTREAMS], scope="session")


@pytest.fixture(scope="session", autouse=True)
def few_certificates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing here is encrypted, yet every SDK's client reads all authorities when it is made: most of its time."""
    bundle = Path(certifi.where()).read_text(encoding="utf-8")
    one = tmp_path_factory.mktemp("certificates") / "one.pem"
    one.write_text(bundle[bundle.index(PEM_BEGIN) : bundle.index(PEM_END) + len(PEM_END)] + "\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SSL_CERT_FILE", str(one))
        yield


@pytest.fixture(scope="session")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Nobody looks at its rankings here, and computing them every half second takes a good part of a core."""
    with contract_gateway(tmp_path_factory.mktemp("gateway"), RANKINGS_SECONDS="600") as running:
        yield running


@pytest.fixture(scope="session")
def met(gateway: Running) -> None:
    """The simulator can be told to fail as any provider that has been asked once."""
    for upstream in UPSTREAMS:
        OpenAiChat().ask(Account(gateway.url, gateway.key), upstream.model, Question("Hello."))


@pytest.fixture
def account(gateway: Running) -> Account:
    return Account(gateway.url, gateway.key)


@pytest.fixture
def cell(client: Driver, upstream: Upstream, account: Account) -> Cell:
    return Cell(client, upstream, account)


@pytest.fixture
def faults(met: None, faults: Faults) -> Faults:
    return faults


@pytest.fixture
def record(gateway: Running) -> Callable[[str], dict[str, Any]]:
    """A generation's record, which is written after the last byte: it may take a moment to be there."""

    def read(generation: str) -> dict[str, Any]:
        until = time.monotonic() + SETTLED_WITHIN_SECONDS
        while True:
            try:
                found: dict[str, Any] = json.loads(gateway.get(f"/api/v1/generation?id={generation}", gateway.key))
            except urllib.error.HTTPError as error:
                if error.code != 404 or time.monotonic() > until:
                    raise
                time.sleep(0.05)
            else:
                return dict(found["data"])

    return read
