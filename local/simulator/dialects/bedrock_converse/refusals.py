"""What Bedrock refuses, in its words."""

import json
import re
from collections.abc import Iterator

from local.simulator import thinking
from local.simulator.dialects.bedrock_converse.reading import POINT
from local.simulator.dialects.bedrock_errors import INVALID
from local.simulator.dialects.rules import first_refusal, is_base64
from local.simulator.json_types import Json, JsonObject
from local.simulator.prompt import objects, table
from local.simulator.refusal import Refusal
from local.simulator.reply import Call

# https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
_WORDS = (
    "messages system inferenceConfig toolConfig guardrailConfig additionalModelRequestFields promptVariables "
    "additionalModelResponseFieldPaths requestMetadata performanceConfig serviceTier outputConfig"
)
FIELDS = frozenset(_WORDS.split())
LIMIT_FIELDS = frozenset(["maxTokens", "temperature", "topP", "stopSequences"])
_BLOCK_WORDS = (
    "text image document video audio toolUse toolResult guardContent cachePoint reasoningContent citationsContent "
    "searchResult"
)
BLOCKS = frozenset(_BLOCK_WORDS.split())
_PICTURES = ("png", "jpeg", "gif", "webp")
_DOCUMENTS = ("pdf", "csv", "doc", "docx", "xls", "xlsx", "html", "txt", "md")
_TOOL_ID = re.compile(r"[a-zA-Z0-9_.:-]{1,64}")
_TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_DOCUMENT_NAME = re.compile(r"[a-zA-Z0-9\-()\[\]]+( [a-zA-Z0-9\-()\[\]]+)*")
_REGIONAL = re.compile(r"anthropic\.claude-((opus|sonnet|haiku)-|3-7)|amazon\.nova-2")


def refuse(call: Call) -> Refusal | None:
    """The first thing wrong with a request, None if it is fine."""
    rules = (_fields, _profile, _turns, _blocks, _media, _documents, _results, _tools, _limits, _thinking, _thoughts)
    return first_refusal(call, rules)


def _no(words: str) -> Refusal:
    return Refusal(400, words, type=INVALID)


def _fields(call: Call) -> Refusal | None:
    limits = table(call.body.get("inferenceConfig"))
    for known, given in ((FIELDS, call.body), (LIMIT_FIELDS, limits)):
        for name in given:
            if name not in known:
                return _no(
                    f"Malformed input request: #: extraneous key [{name}] is not permitted, please reformat your "
                    "input and try again."
                )
    for name in ("system", "toolConfig", "outputConfig"):
        if name in call.body and not call.body[name]:
            return _no(f"The value at {name} is empty. Add a value and try again.")
    return None


def _profile(call: Call) -> Refusal | None:
    """Newer models are served across regions only, under an id that says which."""
    if not _REGIONAL.match(call.model):
        return None
    return _no(
        f"Invocation of model ID {call.model} with on-demand throughput isn\u2019t supported. Retry your request with "
        "the ID or ARN of an inference profile that contains this model."
    )


def _messages(call: Call) -> list[JsonObject]:
    return objects(call.body.get("messages"))


def _turns(call: Call) -> Refusal | None:
    messages = _messages(call)
    if not messages or messages[0].get("role") != "user":
        return _no(
            "A conversation must start with a user message. Try again with a conversation that starts with a "
            "user message."
        )
    before: Json = None
    for message in messages:
        role = message.get("role")
        if role not in ("user", "assistant"):
            return _no(
                f"Value '{role}' at 'messages.1.member.role' failed to satisfy constraint: Member must satisfy "
                "enum value set: [user, assistant]"
            )
        if role == before:
            return _no(
                "A conversation must alternate between user and assistant roles. Make sure the conversation "
                "alternates between user and assistant roles and try again."
            )
        before = role
    return None


def _placed(call: Call) -> Iterator[tuple[str, JsonObject]]:
    for at, message in enumerate(_messages(call)):
        for index, block in enumerate(objects(message.get("content"))):
            yield f"messages.{at}.content.{index}", block


def _blocks(call: Call) -> Refusal | None:
    for at, message in enumerate(_messages(call)):
        if not message.get("content"):
            return _no(
                f"The content field in the Message object at messages.{at} is empty. Add a ContentBlock object to "
                "the content field and try again."
            )
    for place, block in _placed(call):
        if len(block) != 1 or not BLOCKS.issuperset(block):
            return _no(f"The ContentBlock object at {place} must set one of the following keys: {', '.join(BLOCKS)}.")
        if "text" in block and not str(block["text"]).strip():
            return _no(
                f"The text field in the ContentBlock object at {place} is blank. Add text to the text field, and "
                "try again."
            )
    return None


def _media(call: Call) -> Refusal | None:
    for place, block in _placed(call):
        inner = objects(table(block.get("toolResult")).get("content"))
        for each in (block, *inner):
            for kind, known in (("image", _PICTURES), ("document", _DOCUMENTS)):
                given = table(each.get(kind))
                if given and given.get("format") not in known:
                    return _no(
                        f"Value '{given.get('format')}' at '{place}.{kind}.format' failed to satisfy constraint: "
                        f"Member must satisfy enum value set: [{', '.join(known)}]"
                    )
                source = table(given.get("source"))
                if given and "s3Location" not in source and not is_base64(source.get("bytes")):
                    return _no(f"The {kind} at {place} cannot be read: its source has to be bytes or an S3 location.")
    return None


def _documents(call: Call) -> Refusal | None:
    """Named, each differently, and with words beside them."""
    for message in _messages(call):
        blocks = objects(message.get("content"))
        names = [str(table(block["document"]).get("name", "")) for block in blocks if "document" in block]
        if any(not _DOCUMENT_NAME.fullmatch(name) for name in names):
            return _no(
                "The document file name can only contain alphanumeric characters, whitespace characters, hyphens, "
                "parentheses, and square brackets. The name can't contain more than one consecutive whitespace."
            )
        if len(set(names)) < len(names):
            return _no("Document names must be unique within a message.")
        if names and not any("text" in block for block in blocks):
            return _no("A text block is required in a message with a document.")
    return None


def _results(call: Call) -> Refusal | None:
    open_calls: list[str] = []
    for at, message in enumerate(_messages(call)):
        blocks = objects(message.get("content"))
        given = [str(table(block["toolResult"]).get("toolUseId")) for block in blocks if "toolResult" in block]
        if message["role"] == "user" and sorted(given) != sorted(open_calls):
            if set(given) - set(open_calls):
                return _no(
                    "The number of toolResult blocks at messages."
                    f"{at}.content exceeds the number of toolUse blocks of previous turn."
                )
            lost = ", ".join(sorted(set(open_calls) - set(given)))
            return _no(f"Expected toolResult blocks at messages.{at}.content for the following Ids: {lost}")
        open_calls = [str(table(block["toolUse"]).get("toolUseId")) for block in blocks if "toolUse" in block]
        if any(not _TOOL_ID.fullmatch(identifier) for identifier in open_calls):
            return _no(
                f"Value at 'messages.{at}.member.content.toolUse.toolUseId' failed to satisfy constraint: Member "
                "must satisfy regular expression pattern: [a-zA-Z0-9_.:-]+"
            )
    return None


def _tools(call: Call) -> Refusal | None:
    config = table(call.body.get("toolConfig"))
    used = any("toolUse" in block or "toolResult" in block for _, block in _placed(call))
    if not config and used:
        return _no("The toolConfig field must be defined when using toolUse and toolResult content blocks.")
    specs = [table(tool["toolSpec"]) for tool in objects(config.get("tools")) if "toolSpec" in tool]
    if config and not specs:
        return _no("The provided request is not valid: toolConfig.tools has too few members.")
    for spec in specs:
        if not _TOOL_NAME.fullmatch(str(spec.get("name", ""))):
            return _no(
                "Value at 'toolConfig.tools.1.member.toolSpec.name' failed to satisfy constraint: Member must "
                "satisfy regular expression pattern: [a-zA-Z0-9_-]+"
            )
        if spec.get("description") == "":
            return _no(
                "Invalid length for parameter toolConfig.tools[0].toolSpec.description, value: 0, valid min length: 1"
            )
        if table(table(spec.get("inputSchema")).get("json")).get("type") != "object":
            return _no(
                "The value at toolConfig.tools.0.toolSpec.inputSchema.json.type must be one of the following: object."
            )
    return _choice(table(config.get("toolChoice")), specs)


def _choice(choice: JsonObject, specs: list[JsonObject]) -> Refusal | None:
    if choice and not {"auto", "any", "tool"}.issuperset(choice):
        return _no("toolChoice must set one of the following keys: auto, any, tool.")
    name = table(choice.get("tool")).get("name")
    if "tool" in choice and name not in [spec.get("name") for spec in specs]:
        return _no(f"The tool {name} is not among the tools of toolConfig.")
    return None


def _limits(call: Call) -> Refusal | None:
    limits = table(call.body.get("inferenceConfig"))
    for name in ("temperature", "topP"):
        value = limits.get(name)
        if isinstance(value, int | float) and not 0 <= value <= 1:
            return _no(
                f"Value '{value}' at 'inferenceConfig.{name}' failed to satisfy constraint: Member must have "
                "value less than or equal to 1"
            )
    limit = limits.get("maxTokens")
    if limit is not None and (not isinstance(limit, int) or limit < 1):
        return _no(
            "Value at 'inferenceConfig.maxTokens' failed to satisfy constraint: Member must have value greater "
            "than or equal to 1"
        )
    stops = limits.get("stopSequences")
    if isinstance(stops, list) and any(not str(stop).strip() for stop in stops):
        return _no(
            "The model returned the following errors: stop_sequences: each stop sequence must contain non-whitespace"
        )
    return _form(call.body)


def _form(body: JsonObject) -> Refusal | None:
    wanted = table(table(body.get("outputConfig")).get("textFormat"))
    schema = table(table(wanted.get("structure")).get("jsonSchema")).get("schema")
    if not wanted:
        return None
    try:
        return None if isinstance(json.loads(str(schema)), dict) else _no("The JSON schema is no object.")
    except ValueError:
        return _no("The value at outputConfig.textFormat.structure.jsonSchema.schema is not valid JSON.")


def _thinking(call: Call) -> Refusal | None:
    """Claude's rules, in Bedrock's envelope."""
    fields, limits = table(call.body.get("additionalModelRequestFields")), table(call.body.get("inferenceConfig"))
    if table(fields.get("thinking")).get("type") != "enabled":
        return None
    said = "The model returned the following errors: "
    if limits.get("temperature", 1) != 1:
        return _no(f"{said}`temperature` may only be set to 1 when thinking is enabled.")
    if {"any", "tool"} & set(table(table(call.body.get("toolConfig")).get("toolChoice"))):
        return _no(f"{said}Thinking may not be enabled when tool_choice forces tool use.")
    budget, limit = table(fields["thinking"]).get("budget_tokens"), limits.get("maxTokens")
    if isinstance(budget, int) and isinstance(limit, int) and budget >= limit:
        return _no(f"{said}`max_tokens` must be greater than `thinking.budget_tokens`.")
    return None


def _thoughts(call: Call) -> Refusal | None:
    said = "The model returned the following errors: "
    for place, block in _placed(call):
        thought = table(table(block.get("reasoningContent")).get("reasoningText"))
        if not thought or "claude" not in call.model:
            continue
        seal = thought.get("signature")
        if not isinstance(seal, str):
            return _no(f"{said}{place}.thinking.signature: Field required")
        if not thinking.is_made_by(call.provider, seal) or not thinking.fits(seal, str(thought.get("text", ""))):
            return _no(f"{said}{place}: Invalid `signature` in `thinking` block")
    marks = sum(POINT in block for _, block in _placed(call))
    return _no("A maximum of 4 cache points may be provided.") if marks > 4 else None
