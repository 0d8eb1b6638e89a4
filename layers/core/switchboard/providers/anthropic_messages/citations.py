"""Where Claude's words come from, for clients of other dialects: sources that have an address.

What points into a document of the prompt means nothing in a dialect that does not count documents.
https://docs.anthropic.com/en/docs/build-with-claude/citations
"""

from collections.abc import Iterable

from switchboard.chat import Citation, StreamEvent
from switchboard.json_types import Json, JsonObject


def citations_of(given: Iterable[Json], start: int, end: int) -> list[StreamEvent]:
    """They hold for the whole text of their block, which begins at `start` and ends before `end`."""
    return [
        Citation(address, str(cited.get("title") or ""), str(cited.get("cited_text") or ""), start, end)
        for cited in given
        if isinstance(cited, dict) and (address := _address(cited))
    ]


def _address(cited: JsonObject) -> str:
    """Of a page found by web search, or of a search result that the caller brought along."""
    found = cited.get("url") or cited.get("source")
    return found if isinstance(found, str) else ""
