"""The catalog that `sam build` compiled into its layer: found beside the library, wherever the layer is mounted."""

import importlib
from pathlib import Path

import orjson

from switchboard.catalog.load import load_catalog
from switchboard.catalog.model import Catalog

PACKAGE = "switchboard_catalog"
FILE = "catalog.json"


def packaged_catalog() -> Catalog:
    """Raises ModuleNotFoundError if the catalog layer is missing."""
    package = importlib.import_module(PACKAGE)
    return load_catalog(orjson.loads(Path(str(package.__file__)).with_name(FILE).read_bytes()))
