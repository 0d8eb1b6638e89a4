"""What Anthropic refuses of a request's fields, in its words; `history` has what it refuses of the messages."""

import re

from local.simulator.dialects.anthropic_messages.history import HISTORY
from local.simulator.dialects.anthropic_messages.reading import MARK, blocks_of
from local.simulator.dialects.rules import first_refusal
from local.simulator.json_types import Json, JsonObject
from local.simulator.prompt import objects, table
from local.simulator.refusal import Refusal
from local.simulator.reply import Call

# https://docs.anthropic.com/en/api/messages
_WORDS = (
    "model messages max_tokens system metadata stop_sequences stream temperature top_p top_k tools tool_choice "
    "thinking service_tier container output_config cache_control inference_geo fallbacks diagnostics user_profile_id"
)
FIELDS = frozenset(_WORDS.split())
# Fields that are only known with a beta whose name begins so.
BETA_FIELDS = {
    "context_management": "context-management",
    "mcp_servers": "mcp-client",
    "output_format": "structured-outputs",
    "speed": "fast-mode",
}
_TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
_DATE = re.compile(r"20\d\d-\d\d-\d\d")
_FORCING = ("any", "tool")
_MOST_MARKS = 4
_LEAST_BUDGET = 1024
_ONE_SAMPLER = re.compile(r"(opus|sonnet|haiku)-4-[5-9]")  # models that take either temperature or top_p


def refuse(call: Call) -> Refusal | None:
    """The first thing wrong with a request, None if it is fine."""
    return first_refusal(call, (_version, _fields, _required, _sampling, _thinking, _tools, _choice, *HISTORY, _marks))


def betas_of(call: Call) -> list[str]:
    return [beta.strip() for beta in call.headers.get("anthropic-beta", "").split(",") if beta.strip()]


def _no(words: str) -> Refusal:
    return Refusal(400, words)


def _version(call: Call) -> Refusal | None:
    version = call.headers.get("anthropic-version")
    if version is None:
        return _no("anthropic-version: header is required")
    return None if _DATE.fullmatch(version) else _no(f'anthropic-version: "{version}" is not valid')


def _fields(call: Call) -> Refusal | None:
    betas = betas_of(call)
    for name in call.body:
        beta = BETA_FIELDS.get(name)
        known = name in FIELDS or (beta is not None and any(each.startswith(beta) for each in betas))
        if not known and name not in call.traits.anthropic_fields:
            return _no(f"{name}: Extra inputs are not permitted")
    return None


def _required(call: Call) -> Refusal | None:
    for name in ("model", "max_tokens", "messages"):
        if call.body.get(name) is None:
            return _no(f"{name}: Field required")
    limit = call.body["max_tokens"]
    if not isinstance(limit, int) or limit < 1:
        return _no("max_tokens: Input should be greater than or equal to 1")
    if not objects(call.body["messages"]):
        return _no("messages: at least one message is required")
    return None


def _sampling(call: Call) -> Refusal | None:
    body = call.body
    for name in ("temperature", "top_p"):
        value = body.get(name)
        if isinstance(value, int | float) and not 0 <= value <= 1:
            return _no(f"{name}: range: 0..1")
    if "temperature" in body and "top_p" in body and _ONE_SAMPLER.search(call.model):
        return _no("`temperature` and `top_p` cannot both be specified for this model. Please use only one.")
    stops = body.get("stop_sequences")
    if isinstance(stops, list) and any(not str(stop).strip() for stop in stops):
        return _no("stop_sequences: each stop sequence must contain non-whitespace")
    return None


def is_thinking(body: JsonObject) -> bool:
    return table(body.get("thinking")).get("type") in ("enabled", "adaptive")


def _thinking(call: Call) -> Refusal | None:
    body, budget = call.body, table(call.body.get("thinking")).get("budget_tokens")
    if not is_thinking(body):
        return None
    if table(body["thinking"])["type"] == "enabled":
        if not isinstance(budget, int):
            return _no("thinking.enabled.budget_tokens: Field required")
        if budget < _LEAST_BUDGET:
            return _no(f"thinking.enabled.budget_tokens: Input should be greater than or equal to {_LEAST_BUDGET}")
        limit = body["max_tokens"]
        if isinstance(limit, int) and budget >= limit:
            return _no("`max_tokens` must be greater than `thinking.budget_tokens`.")
    return _beside_thinking(body)


def _beside_thinking(body: JsonObject) -> Refusal | None:
    see = "Please consult our documentation at https://docs.claude.com/en/docs/build-with-claude/extended-thinking"
    if body.get("temperature", 1) != 1:
        return _no(f"`temperature` may only be set to 1 when thinking is enabled. {see}")
    if body.get("top_k") is not None:
        return _no(f"`top_k` must be unset when thinking is enabled. {see}")
    top_p = body.get("top_p")
    if isinstance(top_p, int | float) and top_p < 0.95:
        return _no(f"`top_p` must be greater than or equal to 0.95 or unset when thinking is enabled. {see}")
    if table(body.get("tool_choice")).get("type") in _FORCING:
        return _no(f"Thinking may not be enabled when tool_choice forces tool use. {see}")
    return None


def _tools(call: Call) -> Refusal | None:
    names: list[str] = []
    for index, tool in enumerate(objects(call.body.get("tools"))):
        if tool.get("type") not in (None, "custom"):
            continue  # Anthropic's own
        place = f"tools.{index}.custom"
        if not _TOOL_NAME.fullmatch(str(tool.get("name", ""))):
            return _no(f"{place}.name: String should match pattern '^[a-zA-Z0-9_-]{{1,128}}$'")
        if "input_schema" not in tool:
            return _no(f"{place}.input_schema: Field required")
        if table(tool["input_schema"]).get("type") != "object":
            return _no(f"{place}.input_schema.type: Input should be 'object'")
        if tool.get("description") == "":
            return _no(f"{place}.description: String should have at least 1 character")
        names.append(str(tool["name"]))
    return _no("tools: Tool names must be unique.") if len(set(names)) < len(names) else None


def _choice(call: Call) -> Refusal | None:
    choice = call.body.get("tool_choice")
    if choice is None:
        return None
    kind, tools = table(choice).get("type"), objects(call.body.get("tools"))
    if kind not in ("auto", "any", "tool", "none"):
        return _no("tool_choice: Input should be a valid dictionary with a known `type`")
    if not tools:
        return _no("tool_choice may only be specified while providing `tools`.")
    name = table(choice).get("name")
    if kind == "tool" and name not in [tool.get("name") for tool in tools]:
        return _no(f"Tool '{name}' not found in provided tools")
    return None


def _marks(call: Call) -> Refusal | None:
    """Four at most, those for an hour first; neither on thoughts nor on nothing."""
    lives: list[Json] = []
    for block in _markable(call.body):
        mark = block.get(MARK)
        if not mark:
            continue
        if block.get("type") in ("thinking", "redacted_thinking"):
            return _no(f"{MARK} cannot be set for thinking blocks")
        if table(mark).get("type") != "ephemeral":
            return _no(f"{MARK}.type: Input should be 'ephemeral'")
        lives.append(table(mark).get("ttl", "5m"))
    if len(lives) > _MOST_MARKS:
        return _no(f"A maximum of {_MOST_MARKS} blocks with {MARK} may be provided. Found {len(lives)}.")
    if "1h" in lives[lives.index("5m") :] if "5m" in lives else False:
        return _no(f"a ttl='1h' {MARK} block must not come after a ttl='5m' {MARK} block.")
    return None


def _markable(body: JsonObject) -> list[JsonObject]:
    """In the order in which a prompt is read."""
    blocks = [*objects(body.get("tools")), *blocks_of(body.get("system"))]
    for message in objects(body["messages"]):
        for block in blocks_of(message.get("content")):
            blocks += [block, *objects(block.get("content"))]
    return blocks
