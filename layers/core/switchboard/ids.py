"""Sortable ids: 48 bits of milliseconds and 80 random bits in Crockford's base 32 (ULID, github.com/ulid/spec)."""

import os
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GENERATION_PREFIX = "gen-"
LENGTH = 26
RANDOM_BITS = 80
_PAIRS = tuple(first + second for first in ALPHABET for second in ALPHABET)


def new_ulid(now: float) -> str:
    """An id that sorts by `now` (Unix seconds)."""
    value = int(now * 1000) << RANDOM_BITS | int.from_bytes(os.urandom(RANDOM_BITS // 8), "big")
    return "".join([_PAIRS[value >> shift & 1023] for shift in range(120, -1, -10)])


def new_generation_id(now: float, shards: int = 1) -> str:
    """An id whose last two letters say in which of `shards` partitions its record lies, however many there are later.

    70 random bits remain to tell apart what begins in the same millisecond.
    """
    return GENERATION_PREFIX + new_ulid(now)[:-2] + _PAIRS[secrets.randbelow(shards)]


def bare_id(shown: str) -> str:
    """A generation's id without what a dialect writes in front of it: msg_gen-... is Anthropic's way."""
    return GENERATION_PREFIX + shown.rpartition(GENERATION_PREFIX)[2]


def generation_time(generation_id: str) -> float | None:
    """Unix seconds at which a generation began, read from its id; None if it is not one of ours."""
    ulid = generation_id.removeprefix(GENERATION_PREFIX)
    if len(ulid) != LENGTH or ulid == generation_id or any(letter not in ALPHABET for letter in ulid):
        return None
    milliseconds = 0
    for letter in ulid[:10]:
        milliseconds = milliseconds << 5 | ALPHABET.index(letter)
    return milliseconds / 1000


def shard_of(generation_id: str) -> int:
    """The partition that an id of new_generation_id() names."""
    return _PAIRS.index(generation_id[-2:])
