"""The switchboard of the simulated providers: which one fails, how, and how often."""

import json
import urllib.request


class Faults:
    def __init__(self, simulator: str) -> None:
        self._url = f"{simulator}/_faults"

    def on(self, **fault: object) -> None:
        self._send("POST", json.dumps(fault).encode())

    def clear(self) -> None:
        self._send("DELETE")

    def _send(self, method: str, body: bytes | None = None) -> None:
        headers = {"content-type": "application/json"}
        request = urllib.request.Request(self._url, data=body, method=method, headers=headers)
        urllib.request.urlopen(request, timeout=10).close()
