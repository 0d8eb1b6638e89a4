"""Switchboard: the LLM gateway library. Floors and import rules: docs/architecture.md."""

__version__ = "0.1.0"
