"""What of a request a dialect cannot say at all, asked before anything is sent: then another endpoint is chosen.

What can be left out without changing what the caller gets back is no misfit: see switchboard/fitting.py.
"""

from collections.abc import Callable, Iterable, Iterator

from switchboard.chat import Audio, Block, ChatRequest, File, Image, Other, ToolResult
from switchboard.errors import UpstreamFailure
from switchboard.json_types import JsonObject
from switchboard.requested import native_tools_of

ADDRESSES = ("data:", "https://", "http://", "gs://", "s3://")
# What runs or lies at one provider for its callers: without it the answer would be another one.
_SERVICES = ("mcp_servers", "container", "cachedContent")
_WEB = ("https://", "http://")


def untranslatable(
    request: ChatRequest,
    convert: Callable[[Block], object],
    *,
    choices: bool = False,
    knows_tool: Callable[[JsonObject], bool] = lambda _tool: False,
) -> str | None:
    """What has no words in a dialect other than the client's own; None if all can be said.

    `convert` writes one block in the dialect and raises UpstreamFailure for one that it has no part for. `choices`
    says that it can give several answers, `knows_tool` which tools besides functions it can run.
    """
    for tool in native_tools_of(request):
        if not knows_tool(tool):
            return f"it cannot run a tool of type `{tool.get('type')}`"
    refusals = (_refusal(block, convert) for block in media_of(request))
    return _settings(request, choices) or next(filter(None, refusals), None)


def linked_media(request: ChatRequest) -> str | None:
    """For those who do not fetch: pictures and files that are only referred to."""
    for block in media_of(request):
        source = block.url if isinstance(block, Image) else block.source if isinstance(block, File) else "data:"
        if not source.startswith("data:"):
            return "it takes pictures and files inside the request only, as data URLs"
    return None


def linked_files(request: ChatRequest) -> str | None:
    if "file" in request.modalities and any(
        isinstance(block, File) and block.source.startswith(_WEB) for block in media_of(request)
    ):
        return "it takes files inside the request only, as data URLs"
    return None


def media_of(request: ChatRequest) -> Iterator[Image | Audio | File | Other]:
    """Everything that is not words or calls, also inside results. What an assistant left in the history is told."""
    for message in request.messages:
        for block in _flat(message.blocks):
            if isinstance(block, Image | Audio | File) or (isinstance(block, Other) and message.role != "assistant"):
                yield block


def _flat(blocks: Iterable[Block]) -> Iterator[Block]:
    for block in blocks:
        if isinstance(block, ToolResult):
            yield from _flat(block.blocks)
        else:
            yield block


def _settings(request: ChatRequest, choices: bool) -> str | None:
    given = request.parameters
    count, output = given.get("n"), given.get("modalities")
    if isinstance(count, int) and count > 1 and not choices:
        return "it gives one answer to a request, `n` asks for more"
    if isinstance(output, list) and set(map(str, output)) - {"text"}:
        return "it answers in text only, `modalities` asks for more"
    return next((f"`{name}` has no counterpart there" for name in _SERVICES if given.get(name)), None)


def _refusal(block: Image | Audio | File | Other, convert: Callable[[Block], object]) -> str | None:
    if isinstance(block, Image) and not block.url.startswith(ADDRESSES):
        return "a picture by the id of another provider cannot be sent to it"
    try:
        convert(block)
    except UpstreamFailure as refused:
        return refused.message.rstrip(".")
    return None
