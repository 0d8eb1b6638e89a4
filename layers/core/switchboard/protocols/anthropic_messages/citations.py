"""Where another provider's words come from, as Anthropic says it of a page that it found.

The reference that Anthropic seals with each of its own is empty: by that one of ours is known when it comes back.
"""

from switchboard.chat import Citation
from switchboard.json_types import JsonObject


def citation_object(cited: Citation) -> JsonObject:
    page: JsonObject = {"url": cited.url, "title": cited.title, "cited_text": cited.quote}
    return {"type": "web_search_result_location", **page, "encrypted_index": ""}
