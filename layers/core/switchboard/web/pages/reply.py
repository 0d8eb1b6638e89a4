"""A page's reply: its form by its path's end, its headers, its tag, and what a browser is shown of an error."""

import hashlib
import re
from dataclasses import dataclass

import orjson
from fastapi import Request, Response

from switchboard.errors import SwitchboardError
from switchboard.json_types import JsonObject
from switchboard.web.pages.render import as_html, as_markdown

# No script at all, nothing from elsewhere, no other site's frame.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
# The signed-in pages: our own script, which speaks to nobody but us.
SCRIPTED_POLICY = f"{POLICY}; script-src 'self'; connect-src 'self'"
SAFE = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
# Browsers heed it over https alone, and complain of it elsewhere.
ALONE = {"cross-origin-opener-policy": "same-origin"}
JSON, MARKDOWN, HTML = ".json", ".md", ""
SUFFIXES = (HTML, JSON, MARKDOWN)
_TYPES = {JSON: "application/json", MARKDOWN: "text/markdown; charset=utf-8", HTML: "text/html; charset=utf-8"}
_HOST = re.compile(r"[A-Za-z0-9.\-\[\]:]{1,255}")


@dataclass(frozen=True, slots=True)
class Page:
    """An object, the template that shows it, how many seconds anybody may keep it, and whether it needs a script."""

    template: str
    shown: JsonObject
    seconds: int = 60
    scripted: bool = False


def suffix_of(path: str) -> str:
    return next((suffix for suffix in (JSON, MARKDOWN) if path.endswith(suffix)), HTML)


def page_reply(request: Request, page: Page) -> Response:
    path = request.url.path
    suffix = suffix_of(path)
    if suffix == JSON:
        content = orjson.dumps(page.shown)
    elif suffix == MARKDOWN:
        content = as_markdown(page.template, page.shown, path).encode()
    else:
        content = as_html(page.template, page.shown, path).encode()
    reply = tagged(request, content, _TYPES[suffix], f"public, max-age={page.seconds}")
    if page.scripted:
        reply.headers["content-security-policy"] = SCRIPTED_POLICY
    return reply


def tagged(request: Request, content: bytes, media_type: str, cache_control: str) -> Response:
    """304 and nothing more for whoever has it."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {**_safe(request), "cache-control": cache_control, "etag": tag, "vary": "accept"}
    known = {one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")}
    if tag in known:
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=media_type)


def wants_html(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def error_page(request: Request, error: SwitchboardError) -> Response:
    """HTML, or Markdown where the path ends so."""
    shown: JsonObject = {
        "title": "Not found" if error.status == 404 else "That did not work",
        "status": error.status,
        "message": error.message,
        "near_matches": error.metadata.get("near_matches") or [],
        "place": "providers" if error.param == "provider" else "models",
    }
    path = request.url.path
    kind = MARKDOWN if suffix_of(path) == MARKDOWN else HTML
    content = (as_markdown if kind == MARKDOWN else as_html)("error", shown, path)
    headers = {**_safe(request), "cache-control": "no-store", "vary": "accept"}
    return Response(content, error.status, headers, _TYPES[kind])


def _safe(request: Request) -> dict[str, str]:
    return {**SAFE, **(ALONE if request.url.scheme == "https" else {})}


def address_of(request: Request) -> str:
    """Where the gateway is, as its caller sees it, without a path of the API: below API Gateway there is a stage's."""
    host = request.headers.get("host", "")
    event = request.scope.get("aws.event") or {}
    path = str((event.get("requestContext") or {}).get("path") or "")
    prefix = path.removesuffix(request.url.path) if path.endswith(request.url.path) else ""
    return f"{request.url.scheme}://{host if _HOST.fullmatch(host) else 'localhost'}{prefix}"
