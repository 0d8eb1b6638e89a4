"""The pages for key holders, as objects: what the scripts show there, every client can ask the API itself. Pure."""

from switchboard.catalog.model import Catalog, Endpoint
from switchboard.json_types import JsonObject
from switchboard.web.pages.agents import favourite

ACTIVITY_DAYS = (7, 30, 90)


def activity_object(address: str) -> JsonObject:
    """`address` is that of the gateway, without a path of the API."""
    return {
        "title": "Activity",
        "description": "What was spent and used, by day, model, provider and key. Needs a management key.",
        "api": f"{address}/api/v1/activity?group_by=date,model,provider,key",
        "days": list(ACTIVITY_DAYS),
    }


def playground_object(catalog: Catalog, address: str, wanted: str) -> JsonObject:
    """`wanted` is the model that a link named; it need not exist."""
    model = catalog.find(wanted) or favourite(catalog)
    answering = [one.id for one in catalog.models.values() if not any(map(_embeds, one.endpoints))]
    return {
        "title": "Playground",
        "description": "Ask any model, and see which endpoints were tried, how long it took and what it cost. "
        "Needs an inference key.",
        "api": f"{address}/api/v1/chat/completions",
        "model": model.id if model else "",
        "models": list(answering),
    }


def _embeds(endpoint: Endpoint) -> bool:
    return endpoint.makes_embeddings
