"""Signs requests to Bedrock as whoever the process runs as. Credentials rotate: they are asked for each time."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from switchboard.clock import Clock
from switchboard.wire.http import HttpRequest
from switchboard.wire.sigv4 import Credentials, sign

SERVICE = "bedrock"


@dataclass(frozen=True, slots=True)
class BedrockSigner:
    """A Signer. `region` is that of the environment, for providers whose catalog row names none."""

    credentials: Callable[[], Credentials]
    region: str
    clock: Clock

    def __call__(self, request: HttpRequest, region: str | None) -> HttpRequest:
        headers = sign(request, self.credentials(), region or self.region, SERVICE, self.clock.now())
        return replace(request, headers=headers)
