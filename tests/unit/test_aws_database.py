import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from switchboard.aws_database import aws_database, aws_here
from switchboard.settings import AwsEnvironment
from switchboard.storage.database import Key

HERE = AwsEnvironment("eu-west-1", "AKIDEXAMPLE", "secret", None, None)


class Table(BaseHTTPRequestHandler):
    """Has one item, and notes who asked for it."""

    seen: list[str]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.seen.append(self.headers["authorization"])
        body = b'{"Item": {"PK": {"S": "p"}, "SK": {"S": "s"}}}'
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Not on the terminal."""


@pytest.fixture
def table() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), type("Noting", (Table,), {"seen": []}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_one_database_serves_one_event_loop_after_another(table: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDOFTHEROLE")
    database = aws_database(aws_here(replace(HERE, endpoint=f"http://127.0.0.1:{table.server_port}")))
    for _ in range(2):
        assert asyncio.run(database.get("t", Key("p", "s"))) == {"PK": "p", "SK": "s"}
    seen: list[str] = table.RequestHandlerClass.seen  # type: ignore[attr-defined]  # of the class made above
    assert len(seen) == 2
    assert all("Credential=AKIDOFTHEROLE/" in each and "/eu-west-1/dynamodb/" in each for each in seen)
