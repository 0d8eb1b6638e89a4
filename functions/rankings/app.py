"""The rankings' composition root. A stand-in: it answers what the template's tests ask, until the real one comes."""


def handler(event: dict[str, object], context: object) -> dict[str, object]:
    return {"ranked": 0, "event": event.get("id"), "context": type(context).__name__}
