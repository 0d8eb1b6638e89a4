"""Marks of charts as SVG text: hundreds on a page, which a template would take ten times as long to write."""

from collections.abc import Sequence
from functools import lru_cache

from markupsafe import Markup, escape

from switchboard.web.pages.charts import uptime_bars, uptime_class
from switchboard.web.pages.wording import moment, percent


def uptime_marks(values: Sequence[float | None], labels: Sequence[str], width: float, height: float) -> Markup:
    """A bar for each hour or day, with its label and value as title."""
    texts = _escaped(tuple(labels))
    drawn = [
        f'<rect class="{uptime_class(values[bar.place])}" x="{bar.x:g}" y="{bar.y:g}" width="{bar.width:g}" '
        f'height="{bar.height:g}"><title>{texts[bar.place]}: {percent(values[bar.place])}</title></rect>\n'
        for bar in uptime_bars(values, width, height)
    ]
    return Markup("".join(drawn))  # noqa: S704  # the labels are escaped, all else is numbers


def moments(starts: Sequence[float | None]) -> list[str]:
    """Unix seconds as labels."""
    return [moment(start) for start in starts]


@lru_cache(maxsize=64)  # the same hours stand on every card
def _escaped(labels: tuple[str, ...]) -> list[str]:
    return [str(escape(label)) for label in labels]
