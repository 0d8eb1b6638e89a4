"""The reference as one object, read from our own OpenAPI document; and what /llms.txt says. Pure."""

from collections.abc import Mapping
from typing import cast

from switchboard.catalog.model import Catalog
from switchboard.json_types import Json, JsonObject
from switchboard.web.pages.agents import Setup, agent_setups, favourite
from switchboard.web.pages.samples import samples, streaming_samples

_METHODS = ("get", "post", "put", "patch", "delete")


def docs_object(document: JsonObject, catalog: Catalog, address: str) -> JsonObject:
    """`document` is OpenAPI's; `address` that of the gateway, without a path of the API."""
    groups: dict[str, list[Json]] = {}
    for path, methods in cast("dict[str, JsonObject]", document["paths"]).items():
        for method in _METHODS:
            if method in methods:
                told = cast(JsonObject, methods[method])
                tags = cast("list[str]", told.get("tags") or ["Catalog and keys"])
                groups.setdefault(tags[0], []).append(_operation(document, (method.upper(), path), told))
    info = cast(JsonObject, document["info"])
    model = favourite(catalog)
    return {
        "title": "Documentation",
        "introduction": info.get("description", ""),
        "base_url": address + "/api/v1",
        "address": address,
        "quickstart": samples(model, address) if model else [],
        "streaming": streaming_samples(model, address) if model else [],
        "agents": [
            {"agent": one.agent, "file": one.file, "language": _label(one), "code": one.text.strip()}
            for one in agent_setups(catalog, address)
        ],
        "groups": [{"name": name, "operations": operations} for name, operations in groups.items()],
    }


def _label(setup: Setup) -> str:
    return f"{setup.agent}: {setup.file.rpartition('/')[2]}" if setup.file else setup.agent


def _operation(document: JsonObject, route: tuple[str, str], told: JsonObject) -> JsonObject:
    method, path = route
    return {
        "method": method,
        "path": path,
        "anchor": f"{method}{path}".lower().translate(str.maketrans("/{}:_", "-----")).strip("-"),
        "summary": told.get("summary", ""),
        "description": told.get("description", ""),
        "needs_key": told.get("security") != [],
        "parameters": [_parameter(cast(JsonObject, one)) for one in cast("list[Json]", told.get("parameters", []))],
        "fields": _fields(document, told),
    }


def _parameter(told: JsonObject) -> Json:
    schema = cast(JsonObject, told.get("schema", {}))
    return {
        "name": told["name"],
        "in": told["in"],
        "required": told.get("required") is True,
        "type": type_words(schema),
        "description": told.get("description") or schema.get("description") or "",
    }


def _fields(document: JsonObject, told: JsonObject) -> list[Json]:
    """The first level of the request's body: what lies deeper, /openapi.json says."""
    content = cast("dict[str, JsonObject]", cast(JsonObject, told.get("requestBody") or {}).get("content") or {})
    schema = _resolved(document, cast(JsonObject, content.get("application/json", {}).get("schema") or {}))
    required = cast("list[str]", schema.get("required", []))
    properties = cast("dict[str, JsonObject]", schema.get("properties", {}))
    return [
        {
            "name": name,
            "required": name in required,
            "type": type_words(_resolved(document, field)),
            "description": field.get("description") or "",
        }
        for name, field in sorted(properties.items(), key=lambda pair: (pair[0] not in required, pair[0]))
    ]


def _resolved(document: JsonObject, schema: JsonObject) -> JsonObject:
    reference = schema.get("$ref")
    if not isinstance(reference, str):
        return schema
    found: Json = document
    for step in reference.removeprefix("#/").split("/"):
        found = cast(JsonObject, found)[step]
    return cast(JsonObject, found)


def type_words(schema: Mapping[str, Json]) -> str:
    """A schema's type in a word or two: `string`, `integer or null`."""
    choices = schema.get("anyOf") or schema.get("oneOf")
    if isinstance(choices, list):
        return " or ".join(dict.fromkeys(type_words(cast(JsonObject, one)) for one in choices))
    given = schema.get("type", "any")
    if isinstance(given, list):
        return " or ".join(str(one) for one in given)
    return str(given) if "$ref" not in schema else "object"


def llms_text(page: JsonObject, model_ids: list[str]) -> str:
    """An index for agents that read: where everything is, as Markdown. `page` is docs_object's."""
    address = page["address"]
    lines = [
        "# Switchboard",
        "",
        "> An LLM gateway: one key and one address for every model of the catalog. OpenAI's, Anthropic's and Google's"
        " SDKs work unchanged.",
        "",
        f"API base URL: {page['base_url']} (key as `Authorization: Bearer`). Every page is also there as Markdown (+"
        " `.md`) and as JSON (+ `.json`).",
        "",
        "## Pages",
        "",
        f"- [Models]({address}/models.md): every model with prices and measured figures; /models.json?q= searches",
        f"- [Rankings]({address}/rankings.md): by tokens, speed and price, with the formula that routes",
        f"- [Status]({address}/status.md): each provider's uptime by day",
        f"- [Documentation]({address}/docs.md): quickstart and API reference",
        f"- [OpenAPI]({address}/openapi.json): the whole API, for machines",
        "",
        "## Models",
        "",
        *(f"- [{model_id}]({address}/models/{model_id}.md)" for model_id in model_ids),
    ]
    return "\n".join(lines) + "\n"
