"""The model list for each reader: a superset for OpenAI's, OpenRouter's and Anthropic's; Codex's and Google's own.

Their field names do not collide, but for Google's `name` and `description`, and for Codex, which reads another list.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from switchboard.catalog.model import Model
from switchboard.errors import InvalidRequest
from switchboard.json_types import Json, JsonObject
from switchboard.web.views import model_object

# Codex sends these as the model's instructions, in place of its own for models it does not know.
CODEX_INSTRUCTIONS = """\
You are a coding agent. You work in the user's repository through the Codex command line, and share its terminal.

- Read before you change: find the files that matter (rg is fast), and follow the style and structure they have.
- Change files with apply_patch. Keep a change to what was asked; do not touch what is not yours, and never undo the \
user's own edits.
- Run what proves the change: the tests, the build, the linter. Say so when you could not.
- If a command fails, read its output and think before you try again. Ask only when you cannot find out yourself.
- Go on until the task is done, then say in a few lines what you changed, where, and what remains."""
CODEX_EFFORTS = {
    "low": "Fast, with little reasoning",
    "medium": "Balanced, for everyday work",
    "high": "Thorough, for hard problems",
}
# Bytes of a tool's output that Codex keeps for the model.
CODEX_OUTPUT_LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list is asked for: Anthropic's cursors or OpenRouter's offset; no limit means all of it."""

    limit: int | None = None
    offset: int = 0
    after_id: str | None = None
    before_id: str | None = None


def models_page(models: Sequence[Model], window: Window) -> JsonObject:
    """The superset. Raises InvalidRequest for a cursor that names no model."""
    begin = window.offset
    if window.after_id is not None:
        begin = _position(models, window.after_id, "after_id") + 1
    end = len(models)
    if window.before_id is not None:
        end = _position(models, window.before_id, "before_id")
        begin = max(begin, end - window.limit) if window.limit else begin
    shown = models[begin : min(end, begin + window.limit) if window.limit else end]
    more = begin > 0 if window.before_id is not None else begin + len(shown) < len(models)
    return {
        "object": "list",
        "data": [model_object(model) for model in shown],
        "first_id": shown[0].id if shown else None,
        "last_id": shown[-1].id if shown else None,
        "has_more": more,
        "total_count": len(models),
    }


def codex_models(models: Sequence[Model]) -> JsonObject:
    """What Codex reads at `?client_version=`: those that call tools, in the order of the catalog."""
    able = [model for model in models if "tools" in _parameters(model)]
    return {"models": [_codex_model(model, place) for place, model in enumerate(able)]}


def google_models(models: Sequence[Model], page_size: int | None, page_token: str | None) -> JsonObject:
    """Google's `models.list`; a page token is the id of the page's last model. Raises InvalidRequest."""
    begin = 0 if page_token is None else _position(models, page_token, "pageToken") + 1
    shown = models[begin : begin + page_size if page_size else None]
    page: JsonObject = {"models": [google_model(model) for model in shown]}
    if shown and begin + len(shown) < len(models):
        page["nextPageToken"] = shown[-1].id
    return page


def google_model(model: Model) -> JsonObject:
    return {
        "name": f"models/{model.id}",
        "baseModelId": model.id,
        "version": "1",
        "displayName": model.name,
        "description": model.description,
        "inputTokenLimit": model.context or 0,
        "outputTokenLimit": model.max_output or 0,
        "supportedGenerationMethods": ["generateContent", "countTokens"],
        "thinking": model.reasoning is True,
    }


def _position(models: Sequence[Model], model_id: str, param: str) -> int:
    for position, model in enumerate(models):
        if model.id == model_id:
            return position
    raise InvalidRequest(f"`{param}` must be the id of a model in this list; `{model_id}` is none.", param=param)


def _parameters(model: Model) -> set[str]:
    return {name for endpoint in model.endpoints for name in endpoint.supported_parameters or ()}


def _codex_model(model: Model, place: int) -> JsonObject:
    """Every field that Codex's reader insists on (openai/codex, codex-rs/protocol/src/openai_models.rs)."""
    efforts: list[Json] = [{"effort": effort, "description": words} for effort, words in CODEX_EFFORTS.items()]
    parameters = _parameters(model)
    return {
        "slug": model.id,
        "display_name": model.name,
        "description": model.description,
        "default_reasoning_level": "medium" if model.reasoning else None,
        "supported_reasoning_levels": efforts if model.reasoning else [],
        "shell_type": "shell_command",
        "visibility": "list",
        "supported_in_api": True,
        "priority": place,
        "upgrade": None,
        "base_instructions": CODEX_INSTRUCTIONS,
        "supports_reasoning_summaries": model.reasoning is True,
        "support_verbosity": "verbosity" in parameters,
        "default_verbosity": None,
        "apply_patch_tool_type": None,
        "truncation_policy": {"mode": "bytes", "limit": CODEX_OUTPUT_LIMIT},
        "supports_parallel_tool_calls": "parallel_tool_calls" in parameters,
        "context_window": model.context,
        "experimental_supported_tools": [],
        "input_modalities": [kind for kind in model.input_modalities if kind in ("text", "image")],
    }
