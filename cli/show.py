"""Answers on the terminal: tables for people, JSON for programs."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

# Nobody looks at a pipe: no cell is broken in two for it.
PIPED_WIDTH = 400

Row = Mapping[str, Any]  # Any: JSON


def as_json(value: object) -> None:
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def table(rows: Sequence[Row], columns: Sequence[str]) -> None:
    """Columns that no row has anything in are left out."""
    used = [column for column in columns if any(row.get(column) not in (None, "") for row in rows)]
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for column in used:
        numeric = all(isinstance(row.get(column), int | float) for row in rows)
        shown.add_column(column.replace("_", " "), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        shown.add_row(*(cell(row.get(column)) for column in used))
    terminal = sys.stdout.isatty()
    Console(markup=False, highlight=False, width=None if terminal else PIPED_WIDTH).print(shown if rows else "nothing")


def fields(row: Row) -> None:
    """One thing, a line for each of its fields that has a value."""
    table(
        [{"field": name, "value": cell(value)} for name, value in row.items() if value not in (None, [], {})],
        ("field", "value"),
    )


def cell(value: object) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.9f}".rstrip("0").rstrip(".")
        case list():
            return ", ".join(cell(entry) for entry in value)
        case dict():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return str(value)
