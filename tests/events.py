"""What API Gateway and EventBridge Scheduler send: the files of events/, which `sam local invoke` reads as well."""

import json
from pathlib import Path
from typing import Any

EVENTS = Path(__file__).resolve().parent.parent / "events"


def event(name: str) -> Any:  # Any: JSON
    return json.loads((EVENTS / f"{name}.json").read_text())


def names() -> list[str]:
    return sorted(path.stem for path in EVENTS.glob("*.json"))


def function_url_event(path: str, *, method: str = "POST", body: str | None = None) -> dict[str, Any]:
    """Payload 2.0, as a Function URL sends it."""
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "limit=2&sort=price",
        "cookies": ["theme=dark", "lang=en"],
        "headers": {
            "host": "abc.lambda-url.us-east-1.on.aws",
            "content-type": "application/json",
            "x-forwarded-proto": "https",
        },
        "requestContext": {
            "domainName": "abc.lambda-url.us-east-1.on.aws",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.7"},
            "requestId": "id",
            "routeKey": "$default",
            "stage": "$default",
        },
        "body": body,
        "isBase64Encoded": False,
    }
