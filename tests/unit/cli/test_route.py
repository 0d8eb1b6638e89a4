"""`switchboard route explain` over a real socket: what it sends, and the table it prints."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli.app import app

INDEX = {"price": 0.001, "time": 0.024, "failures": 0.0005, "total": 0.0255}
ESTIMATE = {"success": 0.98, "first_token_s": 0.9, "tokens_per_s": 45.5}
PLAN: Any = {  # Any: JSON
    "endpoints": [{"endpoint": "lab/one@acme", "index": INDEX, "estimate": ESTIMATE, "door": "open_to_all"}],
    "rejected": [{"endpoint": "lab/one@tiny", "code": "context_length", "reason": "its context is 1"}],
}
BODY = {"model": "lab/one", "messages": []}


class Handler(BaseHTTPRequestHandler):
    heard: list[tuple[str, Any]]

    def do_POST(self) -> None:
        self.heard.append((self.path, json.loads(self.rfile.read(int(self.headers["content-length"])))))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"data": PLAN}).encode())

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the tests' output is not its place."""


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    made = HTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"heard": []}))
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def run(server: HTTPServer, *words: str, given: str | None = None) -> Result:
    url = f"http://127.0.0.1:{server.server_address[1]}"
    return CliRunner().invoke(
        app, ["route", "explain", *words, "--url", url], input=given, env={"SWITCHBOARD_KEY": "sk-sb-x"}
    )


def heard(server: HTTPServer) -> Any:
    return getattr(server.RequestHandlerClass, "heard")  # noqa: B009  # mypy knows only the base class


def test_a_table_says_in_what_order_and_why_not(server: HTTPServer, tmp_path: Path) -> None:
    request = tmp_path / "request.json"
    request.write_text(json.dumps(BODY))
    result = run(server, str(request))
    assert result.exit_code == 0, result.output
    assert heard(server) == [("/api/v1/route", BODY)]
    for words in ("lab/one@acme", "0.025500", "45.5", "lab/one@tiny", "context_length", "its context is 1"):
        assert words in result.stdout
    assert "door" not in result.stdout


def test_another_dialect_s_body_from_stdin_as_json(server: HTTPServer) -> None:
    result = run(server, "-", "--dialect", "messages", "--json", given=json.dumps(BODY))
    assert json.loads(result.stdout) == PLAN
    assert heard(server) == [("/api/v1/route/messages", BODY)]


def test_what_cannot_be_read_is_wrong_usage(server: HTTPServer, tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    for path, words in ((broken, "is not JSON"), (tmp_path / "gone.json", "cannot be read")):
        result = run(server, str(path))
        assert result.exit_code == 2
        assert words in result.stderr
    assert heard(server) == []
