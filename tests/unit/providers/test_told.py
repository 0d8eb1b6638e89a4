import orjson
from switchboard.json_types import JsonObject
from switchboard.providers.told import told


def test_what_only_its_writer_can_read_is_left_out_at_every_depth() -> None:
    content: JsonObject = {"title": "A", "encrypted_content": "x"}
    native: JsonObject = {"type": "search_result", "content": [content], "cache_control": {}}
    assert orjson.loads(told(native)) == {"type": "search_result", "content": [{"title": "A"}]}
