"""An AWS account for the commands, without AWS."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from cli.account import Identity, LogLine
from cli.outcome import Refused

CLOCK = 1_800_000_000.0


@dataclass
class FakeAccount:
    """`denied` names the methods that the credentials have no right to."""

    region: str = "eu-central-1"
    executions: int = 1000
    secrets: dict[str, str] = field(default_factory=dict)
    offered: set[str] = field(default_factory=set)
    closed: set[str] = field(default_factory=set)
    ringing: list[str] = field(default_factory=list)
    lines: list[LogLine] = field(default_factory=list)
    denied: set[str] = field(default_factory=set)
    asked: list[tuple[str, int, str]] = field(default_factory=list)

    def _allowed(self, name: str) -> None:
        if name in self.denied:
            raise Refused(f"{name}: AccessDenied")

    def identity(self) -> Identity:
        self._allowed("identity")
        return Identity("123456789012", "user/ops", CLOCK)

    def concurrency(self) -> int:
        self._allowed("concurrency")
        return self.executions

    def secret_names(self, path: str) -> set[str]:
        self._allowed("secret_names")
        return {name.removeprefix(path) for name in self.secrets if name.startswith(path)}

    def keep_secret(self, name: str, value: str) -> int:
        self.secrets[name] = value
        return 1

    def forget_secret(self, name: str) -> None:
        del self.secrets[name]

    def bedrock_models(self) -> set[str]:
        self._allowed("bedrock_models")
        return self.offered

    def may_use(self, model: str) -> bool:
        return model not in self.closed

    def alarms(self, prefix: str) -> list[str]:
        return [name for name in self.ringing if name.startswith(prefix)]

    def log_lines(self, group: str, since: int, pattern: str) -> Iterator[LogLine]:
        self.asked.append((group, since, pattern))
        yield from (line for line in self.lines if line.moment >= since)
