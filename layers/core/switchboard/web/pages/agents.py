"""How coding agents are set up for this gateway: what to put into which file, or to type. Pure.

The keys' texts are never here: each agent reads its key from a variable.
"""

import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from switchboard.catalog.model import Catalog, Endpoint, Model
from switchboard.json_types import Json, JsonObject
from switchboard.web.views import usd_per_unit

KEY_VARIABLE = "SWITCHBOARD_API_KEY"
FAVOURITES = ("anthropic/claude-sonnet-4.6", "openai/gpt-4.1")


@dataclass(frozen=True, slots=True)
class Setup:
    """`file` is where the text belongs; None is a shell."""

    agent: str
    file: str | None
    text: str


def agent_setups(catalog: Catalog, address: str) -> list[Setup]:
    """For the model that most people would take; none if no model calls tools. `address` has no path of the API."""
    model = favourite(catalog)
    if model is None:
        return []
    return [
        Setup("Claude Code", None, claude_code(model.id, address)),
        Setup("Codex", "~/.codex/config.toml", codex(model.id, address)),
        Setup("opencode", "opencode.json", opencode([model], address)),
        Setup("aider", None, aider(model.id, address)),
    ]


def favourite(catalog: Catalog) -> Model | None:
    able = tool_callers(catalog)
    return next((model for name in FAVOURITES for model in able if model.id == name), able[0] if able else None)


def tool_callers(catalog: Catalog) -> list[Model]:
    """The models that an agent can work with."""
    return [model for model in catalog.models.values() if any(map(_calls_tools, model.endpoints))]


def claude_code(model_id: str, address: str) -> str:
    return (
        f"export ANTHROPIC_BASE_URL={shlex.quote(address)}\n"
        f"export ANTHROPIC_AUTH_TOKEN=${KEY_VARIABLE}\n"
        f"export ANTHROPIC_MODEL={shlex.quote(model_id)}\n"
        "claude\n"
    )


def codex(model_id: str, address: str) -> str:
    """TOML; JSON's strings are strings of it, too."""
    return (
        f"model = {json.dumps(model_id)}\n"
        'model_provider = "switchboard"\n'
        'web_search = "disabled"\n'
        "\n"
        "[model_providers.switchboard]\n"
        'name = "Switchboard"\n'
        f"base_url = {json.dumps(address + '/v1')}\n"
        f'env_key = "{KEY_VARIABLE}"\n'
        'wire_api = "responses"\n'
    )


def opencode(models: Iterable[Model], address: str) -> str:
    listed: JsonObject = {model.id: {"name": model.name, **_limits(model)} for model in models}
    return _pretty(
        {
            "$schema": "https://opencode.ai/config.json",
            "provider": {
                "switchboard": {
                    "npm": "@ai-sdk/openai-compatible",
                    "name": "Switchboard",
                    "options": {"baseURL": address + "/v1", "apiKey": f"{{env:{KEY_VARIABLE}}}"},
                    "models": listed,
                }
            },
        }
    )


def aider(model_id: str, address: str) -> str:
    """`openai/` names the protocol, the rest is the model."""
    return (
        f"export OPENAI_API_BASE={shlex.quote(address + '/v1')}\n"
        f"export OPENAI_API_KEY=${KEY_VARIABLE}\n"
        f"aider --model {shlex.quote('openai/' + model_id)}\n"
    )


def aider_metadata(models: Sequence[Model]) -> str:
    """`.aider.model.metadata.json`, in litellm's names: what aider would otherwise warn that it does not know."""
    return _pretty({f"openai/{model.id}": _metadata(model) for model in models})


def _metadata(model: Model) -> JsonObject:
    rates = min((one.price.rates for one in model.endpoints if one.price.is_known), key=_dearness, default={})
    costs = (("input_cost_per_token", "input"), ("output_cost_per_token", "output"))
    known: JsonObject = {name: float(usd_per_unit(rates[unit])) for name, unit in costs if unit in rates}
    sizes = (("max_input_tokens", model.context), ("max_output_tokens", model.max_output))
    known |= {name: size for name, size in sizes if size is not None}
    return {"litellm_provider": "openai", "mode": "chat", **known}


def _limits(model: Model) -> JsonObject:
    if model.context is None or model.max_output is None:
        return {}
    return {"limit": {"context": model.context, "output": model.max_output}}


def _dearness(rates: Mapping[str, int]) -> int:
    return rates["input"] + rates["output"]


def _calls_tools(endpoint: Endpoint) -> bool:
    return "tools" in (endpoint.supported_parameters or ())


def _pretty(value: Json) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
