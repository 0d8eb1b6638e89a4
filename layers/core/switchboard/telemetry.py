"""Logs, and the metrics that the alarms watch: events with fields, never prompts, answers or keys."""

import importlib
import logging
import os
import sys
import time
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import orjson

from switchboard.json_types import Json, JsonObject
from switchboard.settings import trace_id

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

SERVICE = "switchboard"
NAMESPACE = "Switchboard"
# The only dimension there is: every value of one is billed as a metric of its own, so nothing that grows may be one.
DIMENSION = "stack"
# Every metric there is, with its unit.
UNITS: Mapping[str, str] = MappingProxyType(
    {
        "Generations": "Count",
        "FailedGenerations": "Count",
        "FirstTokenMilliseconds": "Milliseconds",
        "UnpricedGenerations": "Count",
        "RefusedProviderKeys": "Count",
        "SpilledRecords": "Count",
        "HoldsSwept": "Count",
        "KeysNearLimit": "Count",
        "KeysAtLimit": "Count",
    }
)
NO_MEASURES: Mapping[str, float] = MappingProxyType({})


class Telemetry:
    """One per process. `level` is a name of the logging module; without a stack's name nothing is measured."""

    def __init__(self, level: str, stack: str | None = None) -> None:
        self._level = level
        self._informs = logging.getLevelNamesMapping()[level] <= logging.INFO
        self._stack = stack
        self._powertools: Logger | None = None

    def info(self, event: str, fields: Mapping[str, Json], measures: Mapping[str, float] = NO_MEASURES) -> None:
        """What happens with every request: written here the way Powertools writes, in a tenth of its time.

        `measures` are metrics by their names in UNITS; they are counted whatever the log level.
        """
        counted = self._measured(measures)
        if not self._informs:
            if counted:
                _write(orjson.dumps(counted).decode())
            return
        now = time.time()
        line: JsonObject = {"level": "INFO", "message": event, "timestamp": _moment(now), "service": SERVICE}
        line |= {name: value for name, value in fields.items() if value is not None}
        if trace := trace_id():
            line["xray_trace_id"] = trace
        _write(orjson.dumps(line | counted).decode())

    def measure(self, measures: Mapping[str, float]) -> None:
        """Metrics that no event carries."""
        counted = self._measured(measures)
        if counted:
            _write(orjson.dumps(counted).decode())

    def _measured(self, measures: Mapping[str, float]) -> JsonObject:
        """CloudWatch reads metrics out of log lines that hold this.

        https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
        """
        if self._stack is None or not measures:
            return {}
        named: list[Json] = [{"Name": name, "Unit": UNITS[name]} for name in measures]
        directive: Json = [{"Namespace": NAMESPACE, "Dimensions": [[DIMENSION]], "Metrics": named}]
        about: JsonObject = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": directive}
        return {"_aws": about, DIMENSION: self._stack, **measures}

    def warning(self, event: str, fields: Mapping[str, Json]) -> None:
        self._logger().warning(event, extra=dict(fields))

    def failure(self, event: str) -> None:
        """An exception that nobody expected, with its traceback; to be called while it is handled."""
        self._logger().exception(event)

    def _logger(self) -> "Logger":
        """Loaded when something is wrong for the first time: it would be a tenth of a cold start."""
        if self._powertools is None:
            powertools: Any = importlib.import_module("aws_lambda_powertools")
            self._powertools = powertools.Logger(service=SERVICE, level=self._level)
        return self._powertools

    def spill(self, line: str) -> None:
        """A record that could not be stored, as it is: one JSON line, past every log level."""
        _write(line)


def _moment(now: float) -> str:
    return f"{_second(int(now))},{int(now % 1 * 1000):03d}+0000"


@lru_cache(maxsize=1)
def _second(now: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(now))


def _write(line: str) -> None:
    sys.stdout.write(line + os.linesep)
    sys.stdout.flush()
