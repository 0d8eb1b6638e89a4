"""Gives each tool call of a stream a number of its own: some servers say of all of them that they are the first."""

from switchboard.json_types import JsonObject

Place = tuple[int, int]


class CallNumbers:
    """For one stream. A call is another one if it comes with another id and the name of a function."""

    def __init__(self) -> None:
        self._ids: dict[Place, str] = {}  # of the call that a place stands for now
        self._numbers: dict[Place, int] = {}
        self._used: set[Place] = set()

    def settle(self, choice: int, calls: list[JsonObject]) -> None:
        """Corrects `index` in the pieces of calls of one delta."""
        for position, call in enumerate(calls):
            said = call.get("index")
            place = choice, said if isinstance(said, int) else position
            if place not in self._numbers or self._is_another(place, call):
                self._numbers[place] = self._free(place)
                self._used.add((choice, self._numbers[place]))
            if isinstance(call.get("id"), str) and call["id"]:
                self._ids[place] = str(call["id"])
            if self._numbers[place] != place[1]:
                call["index"] = self._numbers[place]

    def _is_another(self, place: Place, call: JsonObject) -> bool:
        name, function = call.get("id"), call.get("function")
        begins = isinstance(function, dict) and bool(function.get("name"))
        return begins and bool(name) and place in self._ids and self._ids[place] != name

    def _free(self, place: Place) -> int:
        choice, number = place
        while (choice, number) in self._used:
            number += 1
        return number
