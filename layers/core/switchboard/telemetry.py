"""Logs and metrics through Powertools: events with fields, never prompts, answers or keys."""

import os
import sys
from collections.abc import Mapping

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider

from switchboard.json_types import Json

SERVICE = "switchboard"
NAMESPACE = "Switchboard"


class Telemetry:
    """One per process. `level` is a name of the logging module: DEBUG, INFO, WARNING, ERROR."""

    def __init__(self, level: str, *, metrics: bool = True) -> None:
        self._logger = Logger(service=SERVICE, level=level)
        self._metrics = metrics

    def info(self, event: str, fields: Mapping[str, Json]) -> None:
        self._logger.info(event, extra=dict(fields))

    def warning(self, event: str, fields: Mapping[str, Json]) -> None:
        self._logger.warning(event, extra=dict(fields))

    def failure(self, event: str) -> None:
        """An exception that nobody expected, with its traceback; to be called while it is handled."""
        self._logger.exception(event)

    def spill(self, line: str) -> None:
        """A record that could not be stored, as it is: one JSON line, past every log level."""
        sys.stdout.write(line + os.linesep)
        sys.stdout.flush()

    def count(self, name: str, provider: str) -> None:
        """One occurrence, by provider: models and keys are too many to be dimensions (each one costs)."""
        if not self._metrics:
            return
        emf = AmazonCloudWatchEMFProvider(namespace=NAMESPACE, service=SERVICE)
        emf.add_dimension("provider", provider)
        emf.add_metric(name, MetricUnit.Count, 1)
        emf.flush_metrics()
