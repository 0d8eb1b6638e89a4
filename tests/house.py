"""Where the repository and its parts are, for the tests that look at the house as a whole."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = ROOT / "layers" / "core" / "switchboard"
