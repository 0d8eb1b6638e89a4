"""SnapStart: run what was registered before the snapshot, wait for it, run what was registered for every copy.

AWS's own registry (snapshot_restore_py, in the managed runtime) is honoured too, for libraries that know only that.
"""

import inspect
import sys
from collections.abc import Callable, Iterable

from switchboard import runtime
from switchboard.runtime.api import RuntimeApi
from switchboard.runtime.report import Failure, log_failure

# The exit codes of the managed loop, which Lambda's messages explain.
BEFORE_SNAPSHOT_FAILED = 64
AFTER_RESTORE_FAILED = 65


async def pass_through_snapshot(api: RuntimeApi) -> None:
    """A failing hook is reported to Lambda and ends the process: a half prepared copy must not serve."""
    try:
        # Last registered, first run, so that a hook finds what it was built upon.
        await _call([*reversed(runtime.before_snapshot), *_registered_with_aws("get_before_snapshot")[::-1]])
        await api.restored()
    except BaseException as error:  # noqa: BLE001  # a process door: reported, then the process ends
        log_failure("before_snapshot_failed", error)
        await api.report("/init/error", Failure("Runtime.BeforeSnapshotError", Failure.of(error).message))
        sys.exit(BEFORE_SNAPSHOT_FAILED)
    try:
        await _call([*_registered_with_aws("get_after_restore"), *runtime.after_restore])
    except BaseException as error:  # noqa: BLE001  # a process door: reported, then the process ends
        log_failure("after_restore_failed", error)
        await api.report("/restore/error", Failure("Runtime.AfterRestoreError", Failure.of(error).message))
        sys.exit(AFTER_RESTORE_FAILED)


async def _call(hooks: Iterable[runtime.Hook]) -> None:
    for hook in hooks:
        outcome = hook()
        if inspect.isawaitable(outcome):
            await outcome


def _registered_with_aws(getter: str) -> list[runtime.Hook]:
    # Whoever registered there has imported it: no need to look for it on disk, at the cost of a slower start.
    library = sys.modules.get("snapshot_restore_py")
    entries = getattr(library, getter)() if library else []
    return [_bind(*entry) for entry in entries]


def _bind(function: Callable[..., None], args: tuple[object, ...], named: dict[str, object]) -> runtime.Hook:
    return lambda: function(*args, **named)
