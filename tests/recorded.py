"""Recorded upstream streams (tests/recordings/<protocol>/<behaviour>.*), and the ways to cut them into pieces."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from switchboard.chat import Chunk
from switchboard.errors import Failure, UpstreamFailure
from switchboard.providers.interface import StreamDecoder

RECORDINGS = Path(__file__).parent / "recordings"


def names(protocol: str) -> list[str]:
    return sorted(path.stem for path in (RECORDINGS / protocol).glob("*.*") if path.suffix != ".json")


def read(protocol: str, name: str) -> bytes:
    [path] = (RECORDINGS / protocol).glob(f"{name}.*")
    return path.read_bytes()


def splits(stream: bytes) -> Iterator[tuple[bytes, ...]]:
    """Whole, cut in two at every place, and byte by byte."""
    yield (stream,)
    for place in range(1, len(stream)):
        yield stream[:place], stream[place:]
    yield tuple(bytes([byte]) for byte in stream)


def decoded(decoder: StreamDecoder, pieces: Iterable[bytes]) -> tuple[list[Chunk], Failure | None]:
    """What a stream that arrives in these pieces says, and the failure in which it ends."""
    chunks: list[Chunk] = []
    try:
        for piece in pieces:
            chunks += decoder.feed(piece)
        chunks += decoder.close()
    except UpstreamFailure as failure:
        return chunks, failure.failure
    return chunks, None
