"""A function's cold start in one process: import it, answer one event. `first_answer.py NAME EVENT_FILE`.

Prints, as its last line, CPU milliseconds since the process began (before the import, after it, after the answer) and
the number of modules loaded.
"""

import time

started = time.process_time()

import importlib  # noqa: E402
import json  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402
from types import SimpleNamespace  # noqa: E402

name, event_file = sys.argv[1:]
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "functions" / name))

handler = importlib.import_module("app").handler

imported = time.process_time()

answer = handler(json.loads(Path(event_file).read_text()), SimpleNamespace(aws_request_id="bench"))
answered = time.process_time()
# The key in the event is nobody's: to find that out takes as much as to find one.
assert answer.get("statusCode", 200) in (200, 401), answer
print(*(f"{seconds * 1000:.3f}" for seconds in (started, imported, answered)), len(sys.modules))
