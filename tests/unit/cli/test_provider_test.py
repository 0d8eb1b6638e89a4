from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import orjson
import pytest

from cli.gateway import Answer, HttpGateway
from cli.provider_test import OK, SKIPPED, Probe, as_toml, probed

MODEL: Mapping[str, Any] = {
    "id": "lab/one",
    "supported_parameters": ["tools", "response_format", "temperature", "seed"],
    "architecture": {"input_modalities": ["text", "image"]},
}
CALL = {"name": "get_weather", "arguments": '{"city": "Paris"}'}


class Reply(BytesIO):
    status = 200


@dataclass(frozen=True)
class FakeHttp(HttpGateway):
    """A provider that can do everything but what is in `cannot`."""

    cannot: tuple[str, ...] = ()
    bodies: list[Any] = field(default_factory=list)

    def ask(self, method: str, path: str, body: Any = None) -> Answer:
        self.bodies.append(body)
        if body.get("temperature") == "hot" or any(name in body for name in self.cannot):
            return Answer(400, {}, b'{"error": {"message": "No."}}')
        message: dict[str, Any] = {"content": '{"city": "Paris"}'}
        if "tools" in body:
            message = {"content": None, "tool_calls": [{"function": CALL}]}
        return Answer(200, {}, orjson.dumps({"choices": [{"message": message}]}))

    @contextmanager
    def open(self, method: str, path: str, body: object = None) -> Iterator[Any]:
        yield Reply(b'data: {"a": 1}\n\n' + (b"" if "stream" in self.cannot else b"data: [DONE]\n\n"))


def outcomes(gateway: FakeHttp, model: Mapping[str, Any] = MODEL) -> dict[str, str]:
    return {one.probe: one.outcome for one in probed(gateway, "acme", model)}


def test_a_provider_that_can_everything_passes_every_probe() -> None:
    found = outcomes(FakeHttp("", None))
    assert set(found.values()) == {OK}
    assert list(found)[:6] == ["token", "stream", "tool", "json", "image", "bad-parameter"]
    assert list(found)[6:] == ["parameter seed", "parameter temperature"]


def test_every_probe_goes_to_that_provider_alone() -> None:
    gateway = FakeHttp("", None)
    outcomes(gateway)
    assert {orjson.dumps(body["provider"]) for body in gateway.bodies} == {b'{"only":["acme"],"allow_fallbacks":false}'}


@pytest.mark.parametrize(
    ("cannot", "probe"),
    [("tools", "tool"), ("response_format", "json"), ("stream", "stream"), ("seed", "parameter seed")],
)
def test_what_it_cannot_fails_alone(cannot: str, probe: str) -> None:
    found = outcomes(FakeHttp("", None, cannot=(cannot,)))
    assert [name for name, outcome in found.items() if outcome != OK] == [probe]


def test_what_the_model_does_not_promise_is_not_asked_for() -> None:
    plain = {"id": "lab/one", "supported_parameters": [], "architecture": {"input_modalities": ["text"]}}
    found = outcomes(FakeHttp("", None), plain)
    assert [name for name, outcome in found.items() if outcome == SKIPPED] == ["tool", "json", "image"]


def test_the_parameters_that_worked_are_told_as_the_catalog_has_them() -> None:
    probes = [Probe("token", OK), Probe("parameter seed", OK), Probe("parameter top_k", "failed")]
    assert as_toml(probes).startswith('supported_parameters = ["seed"]')
