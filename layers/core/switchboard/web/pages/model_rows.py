"""The rows of the model list as HTML: a thousand on a page, which a template would take ten times as long to write."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import cast

from markupsafe import Markup, escape

from switchboard.json_types import JsonObject
from switchboard.web.pages.wording import latency, short_count, throughput, usd


def model_rows(rows: Iterable[JsonObject], root: str) -> Markup:
    """`rows` are those of the list's object; `root` leads from the page to where the addresses begin."""
    return Markup("".join(_row(row, root) for row in rows))  # noqa: S704  # names are escaped, all else is numbers


def _row(row: JsonObject, root: str) -> str:
    rates = cast("Mapping[str, str | None]", row["usd_per_million"])
    speed, wait = cast("float | None", row["best_throughput"]), cast("float | None", row["best_latency"])
    context, offers = cast("int | None", row["context_length"]), len(cast("list[str]", row["providers"]))
    known = _known(root, cast(str, row["id"]), cast(str, row["name"]), (rates["input"], rates["output"]), context)
    return (
        f'{known}<td role="cell" class="n{_tone(speed)}" data-label="Throughput">{throughput(speed)}</td>\n'
        f'<td role="cell" class="n{_tone(wait)}" data-label="First token">{latency(wait)}</td>\n'
        f'<td role="cell" class="n" data-label="Providers">{offers}</td></tr>\n'
    )


@lru_cache(maxsize=4096)  # no traffic changes it, and it is most of the row
def _known(root: str, model: str, name: str, prices: tuple[str | None, str | None], context: int | None) -> str:
    model, name = escape(model), escape(name)
    return (
        f'<tr role="row"><th scope="row" role="rowheader"><input type="checkbox" name="model" value="{model}" '
        f'form="compare" aria-label="Compare {name}"><a href="{root}models/{model}">{name}</a> '
        f"<code>{model}</code></th>\n"
        f'<td role="cell" class="n" data-label="Input">{usd(prices[0])}</td>\n'
        f'<td role="cell" class="n" data-label="Output">{usd(prices[1])}</td>\n'
        f'<td role="cell" class="n" data-label="Context">{short_count(context)}</td>\n'
    )


def _tone(value: float | None) -> str:
    return " quiet" if value is None else ""
