"""Put the commands that pyproject.toml names into the environment's bin/, as an editable installation would.

A build backend for that would be one more thing to download: the commands run from this folder anyway.
"""

import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = """#!{python}
import sys

sys.path[:0] = [{library!r}, {root!r}]

from {module} import {function}

sys.exit({function}())
"""


def main() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for name, target in project["scripts"].items():
        module, _, function = target.partition(":")
        path = Path(sys.prefix) / "bin" / name
        library = str(ROOT / "layers" / "core")
        text = SCRIPT.format(python=sys.executable, library=library, root=str(ROOT), module=module, function=function)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)


if __name__ == "__main__":
    main()
