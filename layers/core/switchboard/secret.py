"""A text that must not be seen by accident: in logs, in errors, in a repr."""


class Secret:
    """Holds a provider key; only `reveal` gives it out.

    Not a dataclass on purpose: orjson writes out the fields of dataclasses without asking.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "Secret(...)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written to disk")
