"""From what an answer takes to USD: as a Lambda function that is billed while it waits, or as containers that are on.

Pure arithmetic. A month has 730 hours.
"""

from dataclasses import dataclass, fields
from decimal import ROUND_CEILING, Decimal
from typing import Literal

from benchmarks.cost import prices

Architecture = Literal["arm64", "x86_64"]
Door = Literal["rest", "url"]

MILLION = 1_000_000
GB = Decimal(10**9)
MONTH_HOURS = 730
MONTH_SECONDS = MONTH_HOURS * 3600

RECORD_WRITES = 1  # below 1 KB
HOLD_WRITES = 2  # of a key with a limit: reserved before, settled after
STOP_LOOK_READS = Decimal("0.5")  # one eventually consistent read a second, from the first on

# What one capacity unit of an application load balancer carries in an hour.
UNIT_GB, UNIT_NEW_CONNECTIONS, UNIT_CONNECTION_SECONDS = Decimal(1), 25 * 3600, 3000 * 3600


@dataclass(frozen=True, slots=True)
class Answer:
    """`seconds` that a request is held open, bytes sent to the caller and to the log, and the CPU it takes in all."""

    seconds: Decimal
    sent_bytes: int
    log_bytes: int
    cpu_ms: Decimal
    limited: bool = False

    @property
    def write_units(self) -> int:
        return RECORD_WRITES + (HOLD_WRITES if self.limited else 0)

    @property
    def read_units(self) -> Decimal:
        return STOP_LOOK_READS * max(Decimal(0), self.seconds - 1)


@dataclass(frozen=True, slots=True)
class Function:
    memory_mb: int
    architecture: Architecture = "arm64"
    door: Door = "rest"


@dataclass(frozen=True, slots=True)
class Containers:
    """Tasks of one vCPU. At the peak, `peak` times the mean, a share `busy` of it is used and `streams` answers are
    held open by each.
    """

    memory_gb: int = 2
    architecture: Architecture = "arm64"
    fewest: int = 2
    busy: Decimal = Decimal("0.6")
    peak: Decimal = Decimal(3)
    streams: int = 1000

    def tasks(self, answer: Answer, monthly: int) -> int:
        """How many are on all month: by CPU, and by how many answers one holds open at a time."""
        rate = self.peak * monthly / MONTH_SECONDS
        by_cpu = rate * answer.cpu_ms / 1000 / self.busy
        by_streams = rate * answer.seconds / self.streams
        return max(self.fewest, _whole(by_cpu), _whole(by_streams))


@dataclass(frozen=True, slots=True)
class Bill:
    """USD."""

    compute: Decimal
    invocations: Decimal
    door: Decimal
    writes: Decimal
    reads: Decimal
    logs: Decimal
    egress: Decimal

    @property
    def total(self) -> Decimal:
        return sum((getattr(self, field.name) for field in fields(self)), Decimal(0))


def million_on_function(function: Function, answer: Answer) -> Bill:
    """Every second is billed, waiting or not."""
    gb_seconds = Decimal(function.memory_mb) / 1024 * answer.seconds * MILLION
    return Bill(
        compute=gb_seconds * prices.LAMBDA_GB_SECOND[function.architecture],
        invocations=prices.LAMBDA_MILLION_REQUESTS,
        door=prices.DOOR_MILLION_REQUESTS[function.door],
        writes=answer.write_units * prices.MILLION_WRITE_UNITS,
        reads=answer.read_units * prices.MILLION_READ_UNITS,
        logs=answer.log_bytes * MILLION / GB * prices.LOG_GB,
        egress=answer.sent_bytes * MILLION / GB * prices.EGRESS_GB,
    )


def month_on_function(function: Function, answer: Answer, monthly: int) -> Decimal:
    return million_on_function(function, answer).total * monthly / MILLION


def month_on_containers(containers: Containers, answer: Answer, monthly: int) -> Decimal:
    """What is on costs the same at night; writes, logs and egress are those of the function."""
    tasks = containers.tasks(answer, monthly)
    hour = prices.FARGATE_VCPU_HOUR[containers.architecture]
    hour += containers.memory_gb * prices.FARGATE_GB_HOUR[containers.architecture] + prices.ADDRESS_HOUR
    fixed = MONTH_HOURS * (tasks * hour + prices.BALANCER_HOUR + 2 * prices.ADDRESS_HOUR)
    bill = million_on_function(Function(128), answer)
    each = bill.writes + bill.reads + bill.logs + bill.egress + _million_balanced(answer)
    return fixed + each * monthly / MILLION


def break_even(function: Function, containers: Containers, answer: Answer, most: int = 10**10) -> int | None:
    """The fewest answers a month from which containers are not dearer, up to `most`; None if they always are.

    The difference grows with every answer but where one more task is needed, so halving finds a crossing, to 0.1 %.
    """

    def dearer(monthly: int) -> bool:
        on_function = month_on_function(function, answer, monthly)
        return month_on_containers(containers, answer, monthly) > on_function

    if dearer(most):
        return None
    low, high = 0, most
    while high - low > max(1, high // 1000):
        middle = (low + high) // 2
        low, high = (middle, high) if dearer(middle) else (low, middle)
    return high


def _million_balanced(answer: Answer) -> Decimal:
    """The capacity units that a million answers take: those of the dimension that takes most."""
    hours = max(
        answer.sent_bytes * MILLION / GB / UNIT_GB,
        Decimal(MILLION) / UNIT_NEW_CONNECTIONS,
        answer.seconds * MILLION / UNIT_CONNECTION_SECONDS,
    )
    return hours * prices.CAPACITY_UNIT_HOUR


def _whole(tasks: Decimal) -> int:
    return int(tasks.to_integral_value(ROUND_CEILING))
