from switchboard.json_types import Json
from switchboard.providers.lenient import object_in, objects_in


def test_what_is_no_object_counts_as_an_empty_one() -> None:
    assert object_in({"a": 1}) == {"a": 1}
    others: list[Json] = [None, [], "a", 1]
    assert [object_in(value) for value in others] == [{}] * 4


def test_what_is_no_object_in_a_list_is_left_out() -> None:
    assert objects_in([{"a": 1}, None, "b", {}]) == [{"a": 1}, {}]
    assert objects_in({"a": 1}) == []
