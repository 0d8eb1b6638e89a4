"""The catalog that `sam build` compiled into its layer: found beside the library, wherever the layer is mounted."""

from importlib.resources import files

import orjson

from switchboard.catalog.load import load_catalog
from switchboard.catalog.model import Catalog

PACKAGE = "switchboard_catalog"
FILE = "catalog.json"


def packaged_catalog() -> Catalog:
    """Raises ModuleNotFoundError if the catalog layer is missing."""
    return load_catalog(orjson.loads(files(PACKAGE).joinpath(FILE).read_bytes()))
