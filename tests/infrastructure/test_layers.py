"""layers/build.py on its own, for what `sam build` does not show."""

import sys
from pathlib import Path

import pytest

from layers import build
from tests.infrastructure.conftest import Built
from tests.infrastructure.tools import ROOT

SCRIPT = str(ROOT / "layers" / "build.py")
LAYERS = {"core": "CoreLayer", "catalog": "CatalogLayer"}


@pytest.mark.parametrize("layer", LAYERS)
def test_the_same_sources_give_the_same_bytes(layer: str, built: Built, tmp_path: Path) -> None:
    build.run([sys.executable, SCRIPT, layer, str(tmp_path)])
    assert contents(tmp_path) == contents(built("arm64") / LAYERS[layer])


def test_two_builds_of_the_dependencies_differ_in_nothing_but_the_processor(built: Built) -> None:
    arm64, x86_64 = (portable(built(name) / "DependenciesLayer") for name in ("arm64", "x86_64"))
    assert arm64 == x86_64


def test_without_uv_pip_installs_the_same_files(built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "find_uv", lambda: None)
    monkeypatch.setattr(build, "byte_compile", lambda *_: None)
    build.dependencies("arm64", tmp_path, build.LAMBDA_PYTHON)
    assert code(tmp_path) == code(built("arm64") / "DependenciesLayer")


def contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Mode and bytes of every file by its path."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): (path.stat().st_mode, path.read_bytes()) for path in files}


def portable(folder: Path) -> dict[str, tuple[int, bytes]]:
    """What no compiler made; a wheel's metadata names its processor, its libraries are held by their hash."""
    kept = contents(folder)
    return {path: file for path, file in kept.items() if ".dist-info" not in path and not path.endswith(".so")}


def code(folder: Path) -> dict[str, bytes]:
    """Sources and libraries; the installers leave their own names in the packages' metadata."""
    return {
        path: data
        for path, (_, data) in contents(folder).items()
        if ".dist-info" not in path and not path.endswith(".pyc")
    }


def test_an_interpreter_is_asked_for_its_version_and_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in = tmp_path / "python9.9"
    stand_in.write_text("#!/bin/sh\necho 'no such version' >&2\nexit 127\n")
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert build.find_python("9.9") is None
    assert build.find_python(".".join(map(str, sys.version_info[:2]))) == sys.executable


def test_a_layer_without_its_python_ships_sources_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    build.core(tmp_path, "9.9")
    assert not list(tmp_path.rglob("*.pyc"))
    assert "no Python 9.9 here" in capsys.readouterr().err


def test_a_failed_step_ends_the_build(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="ended with 3"):
        build.run([sys.executable, "-c", "raise SystemExit(3)"])
