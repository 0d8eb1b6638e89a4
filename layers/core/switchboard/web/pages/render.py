"""From a page's object to HTML or Markdown: templates, and what they may call. Nothing here knows a request."""

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from switchboard.json_types import JsonObject
from switchboard.web.pages import charts, wording
from switchboard.web.pages.marks import moments, uptime_marks
from switchboard.web.pages.model_rows import model_rows
from switchboard.web.pages.scripts import SCRIPT_FOLDER

_FOLDER = Path(__file__).parent / "templates"
STYLE: Final = (_FOLDER / "style.css").read_bytes()
# The name changes with what is in it, so that it may be kept for ever.
STYLE_PATH: Final = f"assets/style.{hashlib.sha256(STYLE).hexdigest()[:12]}.css"
_WORDINGS = (
    *("count", "short_count", "usd", "percent", "latency", "throughput", "decided", "retention", "moment", "clock"),
    *("times", "unit_name", "unit_measure"),
)
_MARKDOWN = str.maketrans({"|": "\\|", "<": "&lt;", ">": "&gt;", "`": "'", "\n": " ", "\r": " "})
_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="#0f766e"/>'
    '<path d="M3 5h4l3 6h3M3 11h3M10 5h3" fill="none" stroke="#fff" stroke-width="1.6" stroke-linecap="round"/></svg>'
)


def as_html(template: str, page: JsonObject, path: str) -> str:
    """`path` is the page's own; links are relative to it, so that they hold below a stage's or a proxy's prefix too."""
    return _HTML.get_template(f"{template}.html").render(page=page, **_place(path))


def as_markdown(template: str, page: JsonObject, path: str) -> str:
    return _TEXT.get_template(f"{template}.md").render(page=page, **_place(path)).strip() + "\n"


def _place(path: str) -> Mapping[str, str]:
    itself = "models" if path == "/" else path.removeprefix("/").removesuffix(".md")
    root = "../" * (path.count("/") - 1) or "./"
    return {
        "path": path,
        "itself": itself,
        "root": root,
        "style": STYLE_PATH,
        "scripts": SCRIPT_FOLDER,
        "icon": _ICON_URL,
    }


def _escaped(value: object) -> object:
    """Whatever the catalog says is text: it opens no cell, no tag and no code."""
    return value if isinstance(value, Markup) else str(value).translate(_MARKDOWN)


def _code(text: str) -> Markup:
    """Between fences, where nothing is marked up; a fence inside would end it."""
    return Markup(text.replace("```", "'''"))  # noqa: S704  # Markdown, not HTML


def _link(url: object) -> str:
    """An address that may be followed: anything but the web's is dropped."""
    text = str(url or "")
    return text if text.startswith(("https://", "http://")) else ""


def _environment(*, escape: bool) -> Environment:
    made = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=escape,  # noqa: S701  # Markdown is escaped by `finalize`
        finalize=None if escape else _escaped,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {name: getattr(wording, name) for name in _WORDINGS}
    made.filters |= {"link": _link, "code": _code}
    made.globals |= {
        "bars": charts.bars,
        "column": charts.column,
        "has_values": charts.has_values,
        "lines": charts.lines,
        "nice_top": charts.nice_top,
        "model_rows": model_rows,
        "moments": moments,
        "uptime_marks": uptime_marks,
    }
    return made


_ICON_URL = "data:image/svg+xml;base64," + base64.b64encode(_ICON.encode()).decode()
_HTML = _environment(escape=True)
_TEXT = _environment(escape=False)
