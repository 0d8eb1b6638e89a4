import sys
from pathlib import Path

import orjson
import pytest
from switchboard.catalog.packaged import FILE, PACKAGE, packaged_catalog

from tests.unit.catalog.acme import ACME, LLAMA, compiled


def test_the_catalog_is_read_from_beside_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / PACKAGE
    package.mkdir()
    (package / "__init__.py").touch()
    (package / FILE).write_bytes(orjson.dumps(compiled(ACME + LLAMA)))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, PACKAGE, raising=False)
    assert packaged_catalog().find("acme/llama-3.3-70b") is not None
    monkeypatch.delitem(sys.modules, PACKAGE)


def test_without_its_layer_there_is_no_catalog(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, PACKAGE, raising=False)
    with pytest.raises(ModuleNotFoundError):
        packaged_catalog()
