import asyncio
import sys
from contextlib import closing
from types import SimpleNamespace
from typing import Any

import pytest
from switchboard import runtime
from switchboard.runtime.__main__ import load, serve
from switchboard.runtime.api import RuntimeApi, RuntimeApiError
from switchboard.runtime.snapshot import pass_through_snapshot
from switchboard.settings import LambdaEnvironment

from tests.fake_runtime_api import FakeRuntimeApi, until


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two hooks on each side of the snapshot, which write down when they ran."""
    steps: list[str] = []

    async def rebuild() -> None:
        steps.append("after 2")

    hooks: list[runtime.Hook] = [lambda: steps.append("before 1"), lambda: steps.append("before 2")]
    monkeypatch.setattr(runtime, "before_snapshot", hooks)
    monkeypatch.setattr(runtime, "after_restore", [lambda: steps.append("after 1"), rebuild])
    return steps


def test_hooks_run_around_the_snapshot_and_those_before_it_in_reverse(steps: list[str]) -> None:
    async def scenario() -> None:
        async with FakeRuntimeApi() as api:
            waiting = asyncio.create_task(pass_through_snapshot(RuntimeApi(api.address)))
            await until(lambda: ("GET", "/restore/next") in api.calls)
            assert steps == ["before 2", "before 1"]  # the snapshot is taken here
            api.restored.set()
            await asyncio.wait_for(waiting, 5)

    asyncio.run(scenario())
    assert steps == ["before 2", "before 1", "after 1", "after 2"]


def test_the_registry_of_the_managed_runtime_is_honoured(steps: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def note(text: str, *, twice: bool) -> None:
        steps.append(text * (1 + twice))

    library = SimpleNamespace(
        get_before_snapshot=lambda: [(note, ("b",), {"twice": True})],
        get_after_restore=lambda: [(note, ("a",), {"twice": False})],
    )
    monkeypatch.setitem(sys.modules, "snapshot_restore_py", library)

    async def scenario() -> None:
        async with FakeRuntimeApi() as api:
            api.restored.set()
            await pass_through_snapshot(RuntimeApi(api.address))

    asyncio.run(scenario())
    assert steps == ["before 2", "before 1", "bb", "a", "after 1", "after 2"]


@pytest.mark.parametrize(
    ("registry", "route", "error_type", "code"),
    [
        ("before_snapshot", "/init/error", "Runtime.BeforeSnapshotError", 64),
        ("after_restore", "/restore/error", "Runtime.AfterRestoreError", 65),
    ],
)
def test_a_failing_hook_is_reported_and_ends_the_process(
    registry: str, route: str, error_type: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise OSError("socket left open")

    monkeypatch.setattr(runtime, registry, [fail])

    async def scenario() -> Any:  # Any: JSON
        async with FakeRuntimeApi() as api:
            api.restored.set()
            with closing(RuntimeApi(api.address)) as client, pytest.raises(SystemExit) as end:
                await pass_through_snapshot(client)
            assert end.value.code == code
            return api.reports[route]

    assert asyncio.run(scenario()) == {
        "errorMessage": "socket left open",
        "errorType": error_type,
        "stackTrace": [],
    }


@pytest.mark.parametrize(
    ("source", "error_type"),
    [
        ("import not_there_at_all", "Runtime.ModuleNotFoundError"),
        ("raise SystemExit(3)", "Runtime.SystemExit"),
        ("nothing = 1", "Runtime.AttributeError"),
    ],
)
def test_an_app_that_cannot_be_imported_is_reported(
    source: str, error_type: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken_app.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "broken_app", raising=False)

    async def scenario() -> Any:  # Any: JSON
        async with FakeRuntimeApi() as api:
            with closing(RuntimeApi(api.address)) as client, pytest.raises((ImportError, SystemExit, AttributeError)):
                await load("broken_app:app", client)
            return api.reports["/init/error"]

    assert asyncio.run(scenario())["errorType"] == error_type


@pytest.mark.parametrize(("pollers", "snap_start"), [(1, False), (4, True)])
def test_as_many_pollers_wait_as_lambda_allows(pollers: int, snap_start: bool, tmp_path: Any, monkeypatch: Any) -> None:
    (tmp_path / "good_app.py").write_text("async def app(scope, receive, send): ...")
    monkeypatch.syspath_prepend(tmp_path)

    async def scenario() -> None:
        async with FakeRuntimeApi() as api:
            api.restored.set()
            environment = LambdaEnvironment(api.address, pollers, snap_start, buffered=False)
            serving = asyncio.create_task(serve("good_app", environment))
            await until(lambda: api.waiting == pollers)
            assert (("GET", "/restore/next") in api.calls) is snap_start
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)

    asyncio.run(asyncio.wait_for(scenario(), 5))


def test_a_runtime_api_that_refuses_is_not_asked_again() -> None:
    async def scenario() -> None:
        async with FakeRuntimeApi(next_status=403) as api:
            with closing(RuntimeApi(api.address)) as client, pytest.raises(RuntimeApiError, match="403"):
                await client.next()
            assert api.calls == [("GET", "/invocation/next")]

    asyncio.run(scenario())


def test_the_environment_of_lambda_is_read_once() -> None:
    assert LambdaEnvironment.read({}) == LambdaEnvironment("", 1, snap_start=False, buffered=False)
    variables = {
        "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001",
        "AWS_LAMBDA_MAX_CONCURRENCY": "8",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start",
        "AWS_SAM_LOCAL": "true",
    }
    assert LambdaEnvironment.read(variables) == LambdaEnvironment("127.0.0.1:9001", 8, snap_start=True, buffered=True)
