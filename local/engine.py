"""The embedded AWS engine: `python -m local.engine --port 0 --state-dir .switchboard`.

moto's DynamoDB and SSM behind one thread on 127.0.0.1, so that every call is atomic (plain moto loses updates), with
its state in STATE_DIR/engine.pickle. Prints `ready http://127.0.0.1:PORT`; ends on SIGTERM, SIGINT or the end of stdin.
"""

import argparse
import asyncio
import gc
import sys
import time
from pathlib import Path

from local import lifetime, snapshot
from local.aws_services import Services
from local.http_server import Connection
from local.saving import Saver
from local.state_dir import InUseError, StateDir


def main() -> int:
    """Run until told to stop; exit code 2 when another engine holds the state directory."""
    parser = argparse.ArgumentParser(prog="python -m local.engine", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--state-dir", type=Path, default=Path(".switchboard"))
    options = parser.parse_args()
    try:
        with StateDir(options.state_dir) as directory:
            asyncio.run(serve(options.port, directory.path / snapshot.FILE_NAME))
    except InUseError as reason:
        print(f"engine: {reason}", file=sys.stderr)
        return 2
    return 0


async def serve(port: int, file: Path) -> None:
    """Restore, answer until told to stop, save."""
    state = snapshot.read(file)
    if state is not None:
        snapshot.adopt_tables(state, time.time())
    saver = Saver(file, state.ssm if state is not None else b"")
    services = Services(saver.changed, saver.before_ssm)
    # What is alive now stays alive: without this every full collection walks moto's and botocore's modules.
    gc.collect()
    gc.freeze()
    stop = asyncio.Event()
    lifetime.stop_when_told(stop.set)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(services.answer), "127.0.0.1", port)
    saving = asyncio.create_task(saver.run())
    lifetime.announce(server.sockets[0].getsockname()[1])
    await stop.wait()
    server.close()
    saving.cancel()
    saver.finish()


if __name__ == "__main__":
    sys.exit(main())
