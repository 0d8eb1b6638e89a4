"""The scripts of the signed-in pages, as files of our own: everything else works without any."""

import hashlib
from pathlib import Path
from typing import Final

_FOLDER = Path(__file__).parent / "scripts"
SCRIPTS: Final = {path.name: path.read_bytes() for path in sorted(_FOLDER.glob("*.js"))}
# They import each other by name: the folder's name changes with what is in any of them, so it may be kept for ever.
SCRIPT_FOLDER: Final = f"assets/{hashlib.sha256(b''.join(SCRIPTS.values())).hexdigest()[:12]}/"
