"""Logs and metrics through Powertools: events with fields, never prompts, answers or keys."""

import logging
import os
import sys
import time
from collections.abc import Mapping

import orjson
from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider

from switchboard.json_types import Json
from switchboard.settings import trace_id

SERVICE = "switchboard"
NAMESPACE = "Switchboard"


class Telemetry:
    """One per process. `level` is a name of the logging module: DEBUG, INFO, WARNING, ERROR."""

    def __init__(self, level: str, *, metrics: bool = True) -> None:
        self._logger = Logger(service=SERVICE, level=level)
        self._informs = self._logger.log_level <= logging.INFO
        self._metrics = metrics

    def info(self, event: str, fields: Mapping[str, Json]) -> None:
        """What happens with every request: written here the way Powertools writes, in a tenth of its time."""
        if not self._informs:
            return
        now = time.time()
        moment = f"{time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(now))},{int(now % 1 * 1000):03d}+0000"
        line = {"level": "INFO", "message": event, "timestamp": moment, "service": SERVICE, **fields}
        shown = {name: value for name, value in {**line, "xray_trace_id": trace_id()}.items() if value is not None}
        _write(orjson.dumps(shown).decode())

    def warning(self, event: str, fields: Mapping[str, Json]) -> None:
        self._logger.warning(event, extra=dict(fields))

    def failure(self, event: str) -> None:
        """An exception that nobody expected, with its traceback; to be called while it is handled."""
        self._logger.exception(event)

    def spill(self, line: str) -> None:
        """A record that could not be stored, as it is: one JSON line, past every log level."""
        _write(line)

    def count(self, name: str, provider: str) -> None:
        """One occurrence, by provider: models and keys are too many to be dimensions (each one costs)."""
        if not self._metrics:
            return
        emf = AmazonCloudWatchEMFProvider(namespace=NAMESPACE, service=SERVICE)
        emf.add_dimension("provider", provider)
        emf.add_metric(name, MetricUnit.Count, 1)
        emf.flush_metrics()


def _write(line: str) -> None:
    sys.stdout.write(line + os.linesep)
    sys.stdout.flush()
