"""`switchboard deploy`: `sam build` and `sam deploy` with the answers in samconfig.toml, and what to do next."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.init import SAMCONFIG
from cli.outcome import BadUsage, Refused, exit_codes
from cli.settings import ROOT, use_profile

if TYPE_CHECKING:
    from cli.gateway import Gateway
    from cli.stack import Stack

# Runs a command, hands each line it prints to the second argument, and gives its exit code.
Run = Callable[[Sequence[str], Callable[[str], None]], int]

SAM = ROOT / ".venv-sam" / "bin" / "sam"
# SAM's table cuts long types; a route's permission for a function is no news.
EVENT = re.compile(
    r"^(?:CREATE|UPDATE|DELETE|ROLLBACK|UPDATE_ROLLBACK)_(?:COMPLETE|FAILED)\s+(?!AWS::Lambda::Permissio)\S+\s+\S+"
)
TROUBLE = re.compile(r"error|failed|exception|denied", re.IGNORECASE)
LINES_KEPT = 15
FIRST_KEY = "first key"
ASK = """curl -N {url}/api/v1/chat/completions -H "Authorization: Bearer {key}" \\
  -H 'content-type: application/json' \\
  -d '{{"model": "{model}", "stream": true, "messages": [{{"role": "user", "content": "Hello!"}}]}}'"""
MODEL = "openai/gpt-4.1"


@dataclass(frozen=True, slots=True)
class Target:
    """What samconfig.toml says about where to deploy."""

    stack: str
    region: str | None
    profile: str | None


@exit_codes
def deploy(
    file: Annotated[Path, typer.Option(help="Written by `switchboard init`.")] = SAMCONFIG,
    model: Annotated[str, typer.Option(help="The model in the example at the end.")] = MODEL,
) -> None:
    """Build, deploy, and show the addresses, a first key and a request that streams."""
    target = target_of(file)
    use_profile(target.profile, target.region)
    from cli.account import AwsAccount
    from cli.stack import Stack, check_deployable
    from cli.tables import TableGateway, Tables

    account = AwsAccount()
    typer.echo(f"{target.stack} in account {account.identity().account}, {account.region or 'no region'}", err=True)
    check_deployable(target.stack)
    sam = sam_command()
    build_and_deploy(sam, file, run_command)
    stack = Stack.read(target.stack)
    key = first_key(TableGateway(Tables.of(stack.settings()), f"stack {stack.name}"))
    for line in farewell(stack, key, model):
        typer.echo(line)


def target_of(file: Path) -> Target:
    """Raises BadUsage."""
    try:
        answers = tomllib.loads(file.read_text(encoding="utf-8"))["default"]["deploy"]["parameters"]
        return Target(answers["stack_name"], answers.get("region"), answers.get("profile"))
    except (OSError, tomllib.TOMLDecodeError, KeyError) as error:
        raise BadUsage(f"{file} does not say what to deploy. Write it with: switchboard init") from error


def sam_command() -> str:
    """Raises BadUsage."""
    found = str(SAM) if SAM.exists() else shutil.which("sam")
    if found is None:
        raise BadUsage("There is no SAM CLI. Install it beside the project with: make .venv-sam/bin/sam")
    return found


def build_and_deploy(sam: str, file: Path, run: Run) -> None:
    """Raises Refused with the last that SAM said."""
    config = ["--config-file", str(file.resolve())]
    _step("building (half a minute)", [sam, "build", *config], run)
    _step("deploying (two to four minutes the first time)", [sam, "deploy", *config, "--no-progressbar"], run)


def _step(what: str, command: Sequence[str], run: Run) -> None:
    typer.echo(f"{what} ...", err=True)
    said: list[str] = []

    def heard(line: str) -> None:
        said.append(line)
        if EVENT.match(line):
            typer.echo(f"  {' '.join(line.split()[:3])}", err=True)

    if run(command, heard):
        telling = [line for line in said if TROUBLE.search(line)] or said
        words = "\n".join(telling[-LINES_KEPT:])
        raise Refused(f"`sam {command[1]}` failed:\n{words}")


def run_command(command: Sequence[str], heard: Callable[[str], None]) -> int:
    """SAM in the repository's folder; uv, which the layers' Makefiles call, lies beside this Python."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    variables = {**os.environ, "PATH": path, "SAM_CLI_TELEMETRY": "0"}
    pipe, both = subprocess.PIPE, subprocess.STDOUT
    with subprocess.Popen(command, cwd=ROOT, env=variables, stdout=pipe, stderr=both, text=True) as process:  # noqa: S603  # SAM
        for line in process.stdout or ():
            heard(line.rstrip("\n"))
        return process.wait()


def first_key(gateway: "Gateway") -> str | None:
    """A new inference key where there is none yet, else None: texts of keys cannot be read again."""
    listed = gateway.call("GET", "/keys?include_disabled=false&offset=0").json()["data"]
    if any(not row["is_management_key"] for row in listed):
        return None
    return str(gateway.call("POST", "/keys", {"name": FIRST_KEY}).json()["key"])


def farewell(stack: "Stack", key: str | None, model: str) -> Iterator[str]:
    yield f"API     {stack.outputs['ApiUrl']}"
    yield f"pages   {stack.outputs['PagesUrl']}"
    for title, output in (("domain", "DomainUrl"), ("stream", "ChatFunctionUrl"), ("watch", "DashboardUrl")):
        if output in stack.outputs:
            yield f"{title:8}{stack.outputs[output]}"
    if key:
        yield f"key     {key}   (shown once)"
    else:
        yield f"key     there is one already; another: switchboard keys create --stack {stack.name} --name ..."
    yield f"\nGive a provider's key:  switchboard providers set openai --stack {stack.name}"
    yield "Then ask:\n"
    yield ASK.format(url=stack.url, key=key or "$SWITCHBOARD_KEY", model=model)
    yield f"\nAnything wrong?  switchboard doctor --stack {stack.name}"
