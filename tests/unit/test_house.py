"""Guards: what the design promises about every module, function, dependency and test, held by looking at all of them.

A list of exceptions is by name and may only get shorter.
"""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import LIBRARY, ROOT

LONGEST_MODULE = 300
LONGEST_FUNCTION_MODULE = 80
LONGEST_FUNCTION = 30

# Functions that are one list of fields: cutting them up would only hide the list.
LONG_FUNCTIONS = {
    "layers/core/switchboard/web/generations.py:generation_object",
}

# Modules whose behaviour shows through another's door, and where it is tested.
TESTED_ELSEWHERE = {
    "providers/aws_signer.py": "unit/providers/bedrock_converse/test_signing.py",
    "accounting/generation.py": "unit/storage/test_usage.py",
    "catalog/checks.py": "unit/catalog/test_problems.py",
    "catalog/fields.py": "unit/catalog/test_problems.py",
    "catalog/overlay.py": "unit/catalog/test_compile.py",
    "catalog/prices.py": "unit/catalog/test_problems.py",
    "catalog/rows.py": "unit/catalog/test_problems.py",
    "jobs/levels.py": "unit/jobs/test_rankings.py",
    "protocols/interface.py": "unit/protocols/openai_chat/test_render.py",
    "providers/interface.py": "unit/dispatch/test_attempt.py",
    "runtime/__main__.py": "unit/runtime/test_runtime_start.py",
    "runtime/api.py": "unit/runtime/test_loop.py",
    "runtime/asgi.py": "unit/runtime/test_loop.py",
    "runtime/reply.py": "unit/runtime/test_loop.py",
    "runtime/report.py": "unit/runtime/test_loop.py",
    "runtime/snapshot.py": "unit/runtime/test_runtime_start.py",
    "storage/boto.py": "integration/test_storage_engine.py",
    "storage/database.py": "integration/test_storage_engine.py",
    "storage/dynamodb.py": "integration/test_storage_engine.py",
    "storage/expressions.py": "integration/test_storage_engine.py",
    "storage/fields.py": "unit/storage/test_usage.py",
    "storage/homes.py": "unit/test_homes.py",
    "storage/service.py": "unit/storage/test_signed.py",
    "transport/connection.py": "integration/test_transport.py",
    "transport/failures.py": "integration/test_transport.py",
    "transport/looped.py": "integration/test_transport.py",
    "transport/threaded.py": "integration/test_transport.py",
    "wire/http.py": "unit/providers/openai_chat/test_request.py",
}
NOTHING_TO_TEST = {"json_types.py"}

# Lambda's own libraries look for the trace id in the environment, where the managed loop would have put it.
WRITES_THE_ENVIRONMENT = {"layers/core/switchboard/runtime/loop.py"}
READS_THE_ENVIRONMENT = {"layers/core/switchboard/settings.py", "local/settings.py"}


def sources(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


CODE = sources("layers/core", "functions", "local", "cli")
MODULES = [path.relative_to(LIBRARY).as_posix() for path in sorted(LIBRARY.rglob("*.py"))]


@pytest.mark.parametrize("path", CODE, ids=named)
def test_a_module_is_short(path: Path) -> None:
    limit = LONGEST_FUNCTION_MODULE if path.parts[-3] == "functions" else LONGEST_MODULE
    assert len(path.read_text(encoding="utf-8").splitlines()) <= limit


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """From `def` to the end, without the docstring."""
    first = function.body[0]
    documented = ast.get_docstring(function) is not None
    said = (first.end_lineno or first.lineno) - first.lineno + 1 if documented else 0
    return (function.end_lineno or function.lineno) - function.lineno + 1 - said


def test_a_function_is_short() -> None:
    long = {
        f"{named(path)}:{each.name}" for path in CODE for each in functions(path) if length(each) > LONGEST_FUNCTION
    }
    assert long == LONG_FUNCTIONS


def is_reexport(module: str) -> bool:
    """An __init__ that only says what its package is, or what it offers."""
    if not module.endswith("__init__.py"):
        return False
    tree = ast.parse((LIBRARY / module).read_text(encoding="utf-8"))
    plain = (ast.Import, ast.ImportFrom, ast.Expr, ast.Assign, ast.AnnAssign)
    return all(isinstance(node, plain) for node in tree.body)


DIALECTS = ("protocols", "providers")


def belongs_to_a_tested_dialect(module: str) -> bool:
    """A dialect is one package behind one door: what it leads to is tested through it."""
    path = Path(module)
    if path.parts[0] not in DIALECTS or len(path.parts) != 3:
        return False
    package = "switchboard." + ".".join(path.parts[:2])
    if not any((ROOT / "tests" / "unit" / path.parent).glob("test_*.py")):
        return False
    reached = ["__init__"]
    for name in reached:  # grows on the way
        source = (LIBRARY / path.parent / f"{name}.py").read_text(encoding="utf-8")
        imported = re.findall(rf"^from {re.escape(package)}\.(\w+) import", source, re.MULTILINE)
        imported += re.findall(rf"^from {re.escape(package)} import (\w+)$", source, re.MULTILINE)
        reached += [each for each in imported if each not in reached]
    return path.stem in reached


@pytest.mark.parametrize("module", [m for m in MODULES if m not in TESTED_ELSEWHERE and m not in NOTHING_TO_TEST])
def test_a_module_has_its_tests_at_the_mirrored_place(module: str) -> None:
    path = Path(module)
    mirrored = ROOT / "tests" / "unit" / path.parent / f"test_{path.name}"
    assert is_reexport(module) or mirrored.exists() or belongs_to_a_tested_dialect(module)


@pytest.mark.parametrize("module", TESTED_ELSEWHERE)
def test_an_exception_names_tests_that_are_there_for_a_module_that_is_there(module: str) -> None:
    path = Path(module)
    assert (LIBRARY / module).exists()
    assert (ROOT / "tests" / TESTED_ELSEWHERE[module]).exists()
    assert not (ROOT / "tests" / "unit" / path.parent / f"test_{path.name}").exists(), "no exception any more"


def test_test_folders_are_no_packages() -> None:
    """Equal file names do not clash, because pytest imports by path (--import-mode=importlib)."""
    assert [named(path) for path in sources("tests") if path.name == "__init__.py"] == []


@pytest.mark.parametrize("path", sorted((ROOT / "functions").glob("*/*.py")), ids=named)
def test_a_composition_root_decides_nothing(path: Path) -> None:
    decisions = (ast.If, ast.IfExp, ast.Match, ast.For, ast.While, ast.Try)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert [node.lineno for node in ast.walk(tree) if isinstance(node, decisions)] == []


def mentions(path: Path, name: str) -> bool:
    """True if `os.name` stands in the code, whatever the comments say."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(
        (isinstance(node, ast.Attribute) and node.attr == name and getattr(node.value, "id", "") == "os")
        or (
            isinstance(node, ast.ImportFrom) and node.module == "os" and any(alias.name == name for alias in node.names)
        )
        for node in ast.walk(tree)
    )


def test_only_settings_know_the_environment() -> None:
    found = {named(path) for path in CODE if mentions(path, "environ") or mentions(path, "getenv")}
    assert {name for name in found if not name.startswith("cli/")} == READS_THE_ENVIRONMENT | WRITES_THE_ENVIRONMENT


def test_who_writes_the_environment_does_not_read_it() -> None:
    for name in WRITES_THE_ENVIRONMENT:
        lines = [
            line.strip() for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if "os.environ" in line
        ]
        assert all(re.match(r'os\.environ\["\w+"\] = ', line) for line in lines), name


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def test_only_one_module_of_the_library_knows_boto3() -> None:
    found = {named(path) for path in sources("layers/core", "functions") if imported(path) & {"boto3", "botocore"}}
    assert found == {"layers/core/switchboard/storage/boto.py"}


def test_only_one_module_of_the_library_knows_an_http_client() -> None:
    clients = {"pyreqwest", "httpx", "httpx2", "aiohttp", "requests", "urllib3"}
    found = {named(path) for path in sources("layers/core", "functions") if imported(path) & clients}
    assert found == {"layers/core/switchboard/transport/threaded.py"}


def test_no_import_hides_inside_a_function() -> None:
    hidden = [
        f"{named(path)}:{node.lineno}"
        for path in sources("layers/core", "functions")
        for function in functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


NAME = re.compile(r"^([A-Za-z0-9._-]+)")
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)
REQUIREMENTS = ROOT / "requirements"


def wanted(name: str) -> set[str]:
    """The packages that a .in file asks for itself."""
    lines = (REQUIREMENTS / f"{name}.in").read_text(encoding="utf-8").splitlines()
    return {found[1].lower() for line in lines if (found := NAME.match(line)) and not line.startswith("-")}


def pins(name: str) -> dict[str, str]:
    return dict(PIN.findall((REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8")))


@pytest.mark.parametrize("package", sorted(wanted("runtime") | wanted("server")))
def test_every_dependency_is_a_decision(package: str) -> None:
    decisions = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8").lower()
    assert re.search(rf"`{re.escape(package)}`", decisions)


@pytest.mark.parametrize(("larger", "smaller"), [("server", "runtime"), ("dev", "server"), ("dev", "runtime")])
def test_a_larger_lock_pins_what_the_smaller_one_does(larger: str, smaller: str) -> None:
    assert pins(smaller).items() <= pins(larger).items()


@pytest.mark.parametrize("lock", sorted(path.stem for path in REQUIREMENTS.glob("*.txt")))
def test_every_line_of_a_lock_has_hashes(lock: str) -> None:
    text = (REQUIREMENTS / f"{lock}.txt").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[A-Za-z0-9])", "\n" + re.sub(r"(?m)^\s*#.*\n", "", text))[1:]
    assert entries
    assert [entry.partition(" ")[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("lock", sorted(path.stem for path in REQUIREMENTS.glob("*.txt")))
def test_a_lock_holds_all_that_is_asked_for_and_names_no_registry(lock: str) -> None:
    assert wanted(lock) <= {package.lower() for package in pins(lock)}
    assert "index-url" not in (REQUIREMENTS / f"{lock}.txt").read_text(encoding="utf-8")


# The bare `botocore` package is there wherever it is installed: Powertools leaves its name in it (0.8 ms). What costs
# is all that it stands for.
HEAVY = (
    *("boto3", "botocore.client", "botocore.config", "botocore.credentials", "botocore.loaders", "botocore.session"),
    *(
        "aws_lambda_powertools",
        "pydantic",
        "fastapi",
        "jinja2",
        "mangum",
        "aws_xray_sdk",
        "starlette.applications",
        "starlette.routing",
    ),
)


def test_the_chat_path_loads_nothing_heavy() -> None:
    """What a cold start of the chat function imports, but for its catalog."""
    modules = (
        "switchboard.gateway, switchboard.transport.threaded, switchboard.storage.signed, switchboard.storage.dynamodb"
    )
    check = f"import sys, {modules}; print([name for name in {HEAVY!r} if name in sys.modules])"
    run = [sys.executable, "-c", check]
    found = subprocess.run(run, cwd=ROOT / "layers" / "core", capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


NODE_LOCKS = [*(ROOT / "tests").glob("*/**/package-lock.json"), *(ROOT / "benchmarks").glob("*/*/package-lock.json")]


@pytest.mark.parametrize("lock", sorted(NODE_LOCKS), ids=str)
def test_a_node_lock_names_no_registry(lock: Path) -> None:
    packages = json.loads(lock.read_text())["packages"]
    pinned = {name: package for name, package in packages.items() if name}
    assert pinned
    assert not [name for name, package in pinned.items() if "resolved" in package or "integrity" not in package]
