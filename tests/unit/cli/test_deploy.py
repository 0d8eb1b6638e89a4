import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.deploy import build_and_deploy, farewell, first_key, run_command
from cli.gateway import Answer
from cli.outcome import Refused
from cli.stack import Stack
from tests.examples import KEY
from tests.key_office import FakeOffice

FILE = Path("samconfig.toml")
STACK = Stack(
    "prod",
    {"ApiUrl": "https://x.test/prod/api/v1", "PagesUrl": "https://x.test/prod/", "DashboardUrl": "https://d.test"},
)


@dataclass(frozen=True, slots=True)
class OfficeGateway:
    """The keys application in this process, with a management key."""

    office: FakeOffice
    where: str = "the office"

    def call(self, method: str, path: str, body: object = None) -> Answer:
        answered = self.office.ask(method, f"/api/v1{path}", body)
        return Answer(answered.status, answered.headers, answered.body).checked(self.where)


class FakeSam:
    """Prints what it is given, and ends as it is told."""

    def __init__(self, lines: Sequence[str] = (), code: int = 0) -> None:
        self.lines, self.code, self.commands = lines, code, list[Sequence[str]]()

    def __call__(self, command: Sequence[str], heard: Callable[[str], None]) -> int:
        self.commands.append(command)
        for line in self.lines:
            heard(line)
        return self.code


def test_sam_builds_and_then_deploys_with_the_same_answers() -> None:
    sam = FakeSam()
    build_and_deploy("sam", FILE, sam)
    assert [command[1] for command in sam.commands] == ["build", "deploy"]
    assert all(str(FILE.resolve()) in command for command in sam.commands)


def test_progress_is_what_became_of_each_resource(capsys: pytest.CaptureFixture[str]) -> None:
    event = "CREATE_COMPLETE   AWS::DynamoDB::Table   KeysTable   -"
    permission = "CREATE_COMPLETE   AWS::Lambda::Permissio   ChatFunctionApiPermiss   -"
    build_and_deploy("sam", FILE, FakeSam(["Uploading ...", event, permission, "CREATE_IN_PROGRESS AWS::SQS::Queue Q"]))
    said = capsys.readouterr().err
    assert "CREATE_COMPLETE AWS::DynamoDB::Table KeysTable\n" in said
    assert "Uploading" not in said
    assert "IN_PROGRESS" not in said
    assert "Permiss" not in said


def test_where_sam_fails_nothing_follows_and_its_reason_is_shown() -> None:
    sam = FakeSam(["Starting", "Error: AccessDenied on CreateChangeSet"], code=1)
    with pytest.raises(Refused, match="AccessDenied") as refused:
        build_and_deploy("sam", FILE, sam)
    assert "Starting" not in str(refused.value)
    assert len(sam.commands) == 1


def test_a_command_s_lines_are_heard_and_its_exit_code_counts() -> None:
    heard: list[str] = []
    program = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    assert run_command([sys.executable, "-u", "-c", program], heard.append) == 3
    assert heard == ["out", "err"]


def test_the_first_key_is_made_once() -> None:
    gateway = OfficeGateway(FakeOffice())
    gateway.call("DELETE", f"/keys/{KEY.hash}")
    key = first_key(gateway)
    assert key
    assert key.startswith("sk-sb-")
    assert first_key(gateway) is None


def test_it_ends_with_the_addresses_a_key_and_a_request_that_streams() -> None:
    text = "\n".join(farewell(STACK, "sk-sb-1", "acme/one"))
    for part in (
        "https://x.test/prod/api/v1\n",
        "https://d.test",
        "sk-sb-1",
        "curl -N https://x.test/prod/api/v1/chat",
    ):
        assert part in text
    assert '"stream": true' in text
    assert "switchboard doctor --stack prod" in text
    assert "$SWITCHBOARD_KEY" in "\n".join(farewell(STACK, None, "acme/one"))
