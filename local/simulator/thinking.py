"""How much a model thinks, and the seals by which a provider knows its own thoughts again."""

import base64
import hashlib
import re

from local.simulator.json_types import Json

EFFORT_TOKENS = {"none": 0, "minimal": 8, "low": 16, "medium": 32, "high": 64, "xhigh": 96, "max": 96}
USUAL = 32
REASONERS = re.compile(r"(^|[/.-])(o1|o3|o4|gpt-5|r1|qwq|magistral)\b|think|reason", re.IGNORECASE)
_SALT = b"simulated thoughts"
_DIGEST_BYTES = 24


def effort_tokens(effort: Json) -> int:
    """Tokens of thought for an effort's name; an unknown one counts as a middling one."""
    return EFFORT_TOKENS.get(str(effort or "medium"), USUAL)


def sealed(maker: str, thought: str) -> str:
    """A signature that only this maker's own server accepts, and only on this thought."""
    digest = hashlib.sha256(thought.encode()).digest()[:_DIGEST_BYTES]
    return base64.b64encode(digest + _proof(maker, digest)).decode()


def is_made_by(maker: str, seal: str) -> bool:
    """False for a signature of another provider, or of none."""
    try:
        told = base64.b64decode(seal, validate=True)
    except ValueError:
        return False
    digest, proof = told[:_DIGEST_BYTES], told[_DIGEST_BYTES:]
    return len(digest) == _DIGEST_BYTES and proof == _proof(maker, digest)


def fits(seal: str, thought: str) -> bool:
    """True if nobody changed the thought since it was sealed."""
    digest = hashlib.sha256(thought.encode()).digest()[:_DIGEST_BYTES]
    return base64.b64decode(seal)[:_DIGEST_BYTES] == digest


def _proof(maker: str, digest: bytes) -> bytes:
    return hashlib.sha512(_SALT + maker.encode() + b"|" + digest).digest()
