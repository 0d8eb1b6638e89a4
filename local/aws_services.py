"""moto's services as one function from request to reply.

DynamoDB and SSM calls go straight to moto's handlers, past its Flask application and its host dispatcher: that saves
half of a GetItem (2.4 ms to 1.2). Any other service takes moto's own road, imported when first asked for, as is SSM,
whose import alone takes 1.6 s. Not thread-safe: call from one thread.
"""

import functools
import io
import json
import sys
import traceback
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

import moto.core.responses
from moto.core.request import Request as MotoRequest
from moto.dynamodb.responses import DynamoHandler

from local.http_server import Reply, Request

# moto lists a class's methods with inspect on every call (0.15 ms); the answer never changes.
_METHOD_NAMES = "method_names_from_class"
setattr(moto.core.responses, _METHOD_NAMES, functools.cache(getattr(moto.core.responses, _METHOD_NAMES)))

READS = ("Get", "BatchGet", "TransactGet", "Describe", "List", "Query", "Scan")
_DYNAMODB = "DynamoDB_20120810."
_SSM = "AmazonSSM."
_DROPPED_HEADERS = frozenset({"status", "content-length", "connection"})

WsgiEnviron = dict[str, Any]  # what WSGI puts there is of every type


class ServerRequest(MotoRequest):
    """moto's request class, saying that it came over HTTP."""

    from_wsgi_server = True


class Services:
    """Answers AWS calls.

    `on_change` is called after every DynamoDB or SSM call that may have changed something, `before_ssm` once, before
    the first SSM call.
    """

    def __init__(self, on_change: Callable[[], None], before_ssm: Callable[[], None]) -> None:
        self._on_change = on_change
        self._prepare_ssm = functools.cache(before_ssm)

    def answer(self, request: Request) -> Reply:
        """The service's reply; a failure inside moto is a 500 with its traceback on stderr."""
        target = request.headers.get("x-amz-target", "")
        try:
            if target.startswith(_SSM):
                self._prepare_ssm()
            return _dispatch(target, request)
        except Exception as failure:  # noqa: BLE001 - the process door: one bad call must not end the engine
            traceback.print_exc(file=sys.stderr)
            body = {"__type": "com.amazonaws.dynamodb.v20120810#InternalServerError", "message": repr(failure)}
            return Reply(500, {"content-type": "application/x-amz-json-1.0"}, json.dumps(body).encode())
        finally:
            if changes_state(target):
                self._on_change()


def changes_state(target: str) -> bool:
    """Whether the operation that X-Amz-Target names can change DynamoDB or SSM."""
    service, _, operation = target.partition(".")
    return f"{service}." in (_DYNAMODB, _SSM) and not operation.startswith(READS)


def _dispatch(target: str, request: Request) -> Reply:
    environ = wsgi_environ(request)
    if target.startswith(_DYNAMODB):
        return _call(DynamoHandler.dispatch, environ)
    if target.startswith(_SSM):
        return _call(_ssm_handler(), environ)
    return _call_wsgi(_moto_application(), environ)


def wsgi_environ(request: Request) -> WsgiEnviron:
    """The request as WSGI describes it."""
    path, _, query = request.target.partition("?")
    environ: WsgiEnviron = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(path, "latin-1"),
        "RAW_URI": request.target,
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_LENGTH": str(len(request.body)),
        "CONTENT_TYPE": request.headers.get("content-type", ""),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    environ |= {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request.headers.items()}
    return environ


def _call(handler: Callable[..., Any], environ: WsgiEnviron) -> Reply:
    request = ServerRequest(environ)
    status, headers, body = handler(request, request.raw_url, dict(request.headers))
    return Reply(int(status), _kept(headers), body.encode() if isinstance(body, str) else body)


def _call_wsgi(application: Callable[..., Any], environ: WsgiEnviron) -> Reply:
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start(status: str, headers: list[tuple[str, str]], *_: object) -> None:
        started.append((status, headers))

    body = b"".join(application(environ, start))
    status, headers = started[-1]
    return Reply(int(status.split()[0]), _kept(dict(headers)), body)


def _kept(headers: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in headers.items() if name.lower() not in _DROPPED_HEADERS}


@functools.cache
def _ssm_handler() -> Callable[..., Any]:
    from moto.ssm.responses import SimpleSystemManagerResponse  # noqa: PLC0415 - 1.6 s, seldom needed

    return SimpleSystemManagerResponse.dispatch


@functools.cache
def _moto_application() -> Callable[..., Any]:
    from moto.moto_server.werkzeug_app import (  # noqa: PLC0415 - brings Flask, seldom needed
        DomainDispatcherApplication,
        create_backend_app,
    )

    return DomainDispatcherApplication(create_backend_app)
