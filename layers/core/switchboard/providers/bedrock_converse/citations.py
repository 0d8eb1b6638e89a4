"""Where an answer's words come from, in Bedrock's: sources that have an address.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CitationsContentBlock.html
"""

from switchboard.chat import Citation, StreamEvent
from switchboard.json_types import JsonObject
from switchboard.providers.lenient import object_in, objects_in


def citation_of(cited: JsonObject, start: int, end: int) -> list[StreamEvent]:
    """For the text from `start` to `end`; nothing for what points into a document of the prompt."""
    place = object_in(object_in(cited.get("location")).get("web"))
    address = place.get("url")
    quote = "".join(str(part.get("text") or "") for part in objects_in(cited.get("sourceContent")))
    return [Citation(str(address), str(cited.get("title") or ""), quote, start, end)] if address else []


def text_of(block: JsonObject) -> str:
    """What a whole block with citations says."""
    return "".join(str(part.get("text") or "") for part in objects_in(block.get("content")))


def citations_of(block: JsonObject, start: int, end: int) -> list[StreamEvent]:
    return [found for cited in objects_in(block.get("citations")) for found in citation_of(cited, start, end)]
