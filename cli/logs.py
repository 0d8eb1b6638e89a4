"""`switchboard logs`: what a stack's functions wrote, for people."""

import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.endpoint import Connection, connected
from cli.outcome import BadUsage

if TYPE_CHECKING:
    from cli.account import Account, LogLine

GROUPS = {name: f"/aws/lambda/{{stack}}-{name}" for name in ("chat", "catalog", "keys", "rankings")} | {
    "api": "/aws/apigateway/{stack}"
}
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
SINCE = re.compile(r"(\d{1,4})([smhd])")
# Lambda's own lines say that a call began and ended; what it used stands in CloudWatch.
ITS_OWN = ("START", "END", "REPORT", "INIT_START")
HIDDEN = {"level", "message", "timestamp", "service", "location", "_aws", "stack", "xray_trace_id"}
ERRORS = '{ $.level = "ERROR" || $.level = "WARNING" || $.type = "platform.fault" || $.status = 5* }'
PAUSE_SECONDS = 2.0


@connected
def logs(
    to: Connection,
    of: Annotated[str, typer.Argument(help="chat, catalog, keys, rankings or api.")] = "chat",
    since: Annotated[str, typer.Option(help="How far back: 90s, 10m, 2h, 1d.")] = "10m",
    errors: Annotated[bool, typer.Option("--errors", help="Warnings, errors and 5xx only.")] = False,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Wait for more; Ctrl-C ends.")] = False,
) -> None:
    """A stack's log, one line for each event. Prompts and keys are in none of them."""
    if to.stack is None:
        raise BadUsage("Give --stack NAME. What `make run` logs, it prints.")
    if of not in GROUPS:
        raise BadUsage(f"There is no log `{of}`: it is one of {', '.join(GROUPS)}.")
    to.use_profile()
    from cli.account import AwsAccount

    began = int((time.time() - seconds(since)) * 1000)
    group, pattern = GROUPS[of].format(stack=to.stack), ERRORS if errors else ""
    lines = followed(AwsAccount(), group, began, pattern, time.sleep if follow else None)
    try:
        for line in lines:
            said = line.text.rstrip() if to.as_json else readable(line)
            if said:
                typer.echo(said)
    except KeyboardInterrupt:
        return


def followed(
    account: "Account", group: str, since: int, pattern: str, pause: Callable[[float], None] | None
) -> Iterator["LogLine"]:
    """Each line once. With `pause`, for ever: CloudWatch may show lines of one moment in two goes."""
    seen: dict[str, int] = {}
    while True:
        for line in account.log_lines(group, since, pattern):
            if line.id not in seen:
                seen[line.id] = line.moment
                since = max(since, line.moment)
                yield line
        if pause is None:
            return
        seen = {name: moment for name, moment in seen.items() if moment >= since}
        pause(PAUSE_SECONDS)


def readable(line: "LogLine") -> str:
    """`12:00:01 generation model=... cost=...`; empty for Lambda's own chatter."""
    moment = datetime.fromtimestamp(line.moment / 1000, UTC).strftime("%H:%M:%S")
    fields = _fields(line.text)
    if fields is None:
        chatter = line.text.partition(" ")[0].strip() in ITS_OWN
        return "" if chatter else f"{moment} {line.text.rstrip()}"
    if str(fields.get("type", "")).startswith("platform."):
        return ""
    level = fields.get("level", "INFO")
    words = [
        moment,
        *([] if level == "INFO" else [str(level)]),
        *([str(fields["message"])] if "message" in fields else []),
    ]
    return " ".join([*words, *(f"{name}={_short(value)}" for name, value in fields.items() if name not in HIDDEN)])


def seconds(text: str) -> int:
    """Raises BadUsage."""
    found = SINCE.fullmatch(text)
    if found is None:
        raise BadUsage(f"--since is a number with s, m, h or d, like 10m, not `{text}`.")
    return int(found[1]) * SECONDS[found[2]]


def _fields(text: str) -> dict[str, Any] | None:
    try:
        read = json.loads(text)
    except ValueError:
        return None
    return read if isinstance(read, dict) else None


def _short(value: object) -> str:
    return value if isinstance(value, str) and " " not in value else json.dumps(value, ensure_ascii=False)
