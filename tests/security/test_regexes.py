"""No regular expression of ours can be made to run for ever: none repeats a repetition, and each passes a hostile diet.

The patterns are collected from the sources, so that none is forgotten. A caller supplies no pattern.
"""

import ast
import importlib
import re
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeGuard

import pytest

from tests.house import ROOT

SECONDS = 5  # of CPU for all of a file's patterns with all diets; each needs milliseconds
# Python's own parser of patterns has no public name, and no types.
_constants: Any = importlib.import_module("re._constants")
_parser: Any = importlib.import_module("re._parser")
FOLDERS = ("layers/core", "functions")
REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT)


Found = tuple[str, str | bytes, tuple[str, ...]]


def patterns() -> Iterator[Found]:
    """Every constant that is given to a function of `re`, with its place and how it is used."""
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            source = path.read_text(encoding="utf-8")
            for node in ast.walk(ast.parse(source)):
                if is_call_of_re(node) and not str(path).endswith(tuple(NOT_A_CALLERS)):
                    yield f"{path.stem}:{node.lineno}", constant(node.args[0], path), uses(node, source)


def uses(node: Any, source: str) -> tuple[str, ...]:
    """`fullmatch` for re.fullmatch(...); for re.compile(...), whatever its name is asked for in the same file."""
    if node.func.attr != "compile":
        return (node.func.attr,)
    line = source.splitlines()[node.lineno - 1]
    name = re.match(r"\s*(\w+)", line)
    asked = re.findall(rf"\b{name[1]}\.(match|search|fullmatch|sub|split|findall|finditer)\b", source) if name else []
    return tuple(sorted(set(asked))) or ("match", "fullmatch", "search")


def is_call_of_re(node: ast.AST) -> TypeGuard[ast.Call]:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "re"
        and node.func.attr in ("compile", "match", "search", "fullmatch", "sub", "split", "findall", "finditer")
    )


def constant(node: ast.expr, path: Path) -> str | bytes:
    match node:
        case ast.Constant(value=str() | bytes() as text):
            return text
        case ast.JoinedStr(values=parts):  # what is put in is escaped, or another constant: any letter stands for it
            return "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in parts)
        case _:
            pytest.fail(f"{path}:{node.lineno}: a pattern that cannot be read here")


# Checks of the catalog's files, which the operator writes; their patterns are constants one line above.
NOT_A_CALLERS = {"catalog/checks.py"}


PATTERNS = list(patterns())
PLACES = [place for place, *_ in PATTERNS]


def nested(parsed: Any, within: bool = False) -> bool:
    """True if something that repeats without end holds something that repeats without end."""
    for operator, argument in parsed:
        if operator in REPEATS:
            endless = argument[1] is _constants.MAXREPEAT
            if (endless and within) or nested(argument[2], within or endless):
                return True
        elif any(nested(inner, within) for inner in inside(argument)):
            return True
    return False


def inside(argument: Any) -> Iterator[Any]:
    if isinstance(argument, _parser.SubPattern):
        yield argument
    elif isinstance(argument, tuple | list):
        for each in argument:
            yield from inside(each)


def test_the_patterns_were_found() -> None:
    assert len(PATTERNS) > 20


@pytest.mark.parametrize(("place", "pattern", "used"), PATTERNS, ids=PLACES)
def test_no_repetition_repeats(place: str, pattern: str | bytes, used: tuple[str, ...]) -> None:
    if nested(_parser.parse(pattern)):
        assert separated(pattern), f"{place}: {pattern!r}"


def separated(pattern: str | bytes) -> bool:
    """Repeated groups whose turns begin with a fixed sign that the rest of a turn cannot hold: `(-[a-z]+)+`."""
    text = pattern.decode() if isinstance(pattern, bytes) else pattern
    groups = re.findall(r"\((?:\?:)?((?:[^()\\]|\\.)*)\)[*+]", text)
    return bool(groups) and all(re.match(r"(?:\\[-.,/ ]|[-.,/; #])\[?\\?[\w]", group) for group in groups)


DIET = """
import re, resource, sys
resource.setrlimit(resource.RLIMIT_CPU, ({seconds}, {seconds}))
pattern = re.compile({pattern!r})
for unit in (*"a0 -.:/_,{{\\n\\u00e9", *"a- a: a/ <a> a.0 /models/a: a_20 v1/models/".split(), "a b "):
    for text in (unit * 10_000, unit * 10_000 + "!", "!" + unit * 10_000 + "\\x00", ("x" + unit) * 5_000 + "!"):
        eaten = text.encode() if isinstance(pattern.pattern, bytes) else text
        for way in {used!r}:
            if way == "sub":
                pattern.sub(eaten[:1], eaten)
            else:
                getattr(pattern, way)(eaten)
"""


@pytest.mark.parametrize(("place", "pattern", "used"), PATTERNS, ids=PLACES)
def test_a_hostile_diet_is_eaten_in_time(place: str, pattern: str | bytes, used: tuple[str, ...]) -> None:
    """By CPU and not by the clock, so a busy machine changes nothing."""
    program = DIET.format(seconds=SECONDS, pattern=pattern, used=used)
    done = subprocess.run([sys.executable, "-S", "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{place}: {pattern!r} {done.stderr}"


def test_the_budget_would_stop_a_bad_one() -> None:
    bad = DIET.format(seconds=1, pattern=r"(a+)+$", used=("search",))
    assert subprocess.run([sys.executable, "-S", "-c", bad], capture_output=True, check=False).returncode < 0
    assert nested(_parser.parse(r"(a+)+$"))
    assert not separated(r"(a+)+$")
    assert resource.RLIMIT_CPU is not None
