"""The commands a user types, `sam validate` and `sam build`, and what they leave behind."""

import json
import os
from pathlib import Path

import pytest

from layers.build import LAMBDA_PYTHON, find_python
from tests.infrastructure.conftest import Built
from tests.infrastructure.tools import run, sam

STARTS_BY_ITSELF = ("sitecustomize", "usercustomize")  # as does every line of a .pth that begins with import
ELF_MACHINE = {"arm64": 183, "x86_64": 62}
UNPACKED_LIMIT = 250 * 1024 * 1024  # function and layers together, Lambda's quota
FUNCTION_LIMIT = 15 * 1024 * 1024


def test_the_template_is_valid_and_lints_clean() -> None:
    assert "is a valid SAM Template" in run([sam(), "validate", "--lint"])


@pytest.mark.parametrize("architecture", ELF_MACHINE)
def test_the_wheels_follow_the_architecture(built: Built, architecture: str) -> None:
    libraries = list((built(architecture) / "DependenciesLayer").rglob("*.so"))
    assert {path.name.partition(".")[0] for path in libraries} >= {"_pyreqwest", "_pydantic_core", "orjson"}
    for path in libraries:
        header = path.read_bytes()[:20]
        assert header[:4] == b"\x7fELF"
        assert int.from_bytes(header[18:20], "little") == ELF_MACHINE[architecture], path.name


def test_every_function_is_its_folder_and_nothing_more(built: Built) -> None:
    for name in ("Chat", "Catalog", "Keys", "Rankings"):
        assert (built("arm64") / f"{name}Function" / "app.py").is_file()
        files = [path for path in (built("arm64") / f"{name}Function").rglob("*") if path.is_file()]
        assert not [path for path in files if path.suffix == ".so"]
        assert sum(path.stat().st_size for path in files) < FUNCTION_LIMIT


def test_the_core_layer_holds_the_library_and_an_executable_wrapper(built: Built) -> None:
    layer = built("arm64") / "CoreLayer"
    assert os.access(layer / "switchboard-stream", os.X_OK)
    assert (layer / "python" / "switchboard" / "runtime" / "__main__.py").is_file()
    assert not (layer / "python" / "build.py").exists()


def test_the_catalog_layer_holds_the_compiled_catalog(built: Built) -> None:
    catalog = json.loads((built("arm64") / "CatalogLayer/python/switchboard_catalog/catalog.json").read_text())
    assert {"providers", "models"} <= catalog.keys()


def test_the_layers_fit_lambda_with_room(built: Built) -> None:
    layers = [built("arm64") / f"{name}Layer" for name in ("Dependencies", "Core", "Catalog")]
    size = sum(path.stat().st_size for layer in layers for path in layer.rglob("*") if path.is_file())
    assert size < UNPACKED_LIMIT / 2


@pytest.mark.skipif(find_python(LAMBDA_PYTHON) is None, reason=f"bytecode needs a Python {LAMBDA_PYTHON} to be made")
def test_bytecode_is_ready_trusted_and_speaks_of_lambdas_paths(built: Built) -> None:
    sources = [path for layer in ("DependenciesLayer", "CoreLayer") for path in (built("arm64") / layer).rglob("*.py")]
    for path in sources:
        cached = path.parent / "__pycache__" / f"{path.stem}.cpython-{LAMBDA_PYTHON.replace('.', '')}.pyc"
        assert int.from_bytes(cached.read_bytes()[4:8], "little") == 1, f"{cached} would be checked against its source"
    assert file_name(built("arm64") / "CoreLayer", "switchboard/settings.py") == "/opt/python/switchboard/settings.py"


def file_name(layer: Path, module: str) -> str:
    """The source a compiled module names, asked of the Python that can read it."""
    path = layer / "python" / module
    cached = path.parent / "__pycache__" / f"{path.stem}.cpython-{LAMBDA_PYTHON.replace('.', '')}.pyc"
    ask = f"import marshal; print(marshal.loads(open({str(cached)!r}, 'rb').read()[16:]).co_filename)"
    return run([find_python(LAMBDA_PYTHON) or "python3", "-c", ask]).strip()


def test_nothing_is_shipped_that_never_runs(built: Built) -> None:
    site = built("arm64") / "DependenciesLayer" / "python"
    assert not list(site.rglob("*.pyi"))
    assert not [path for path in site.rglob("tests") if path.is_dir()]
    assert not (site / "bin").exists()
    assert not [path.name for path in site.rglob("*") if path.suffix == ".pth" or path.stem in STARTS_BY_ITSELF]
    assert not [path.name for path in site.iterdir() if path.name.startswith(("boto", "aws_xray"))]
    assert list(site.glob("fastapi-*.dist-info/METADATA"))
