"""How an exchange can fail, and how long it may take to begin, whichever client carries it out."""

CONNECT_SECONDS = 3.0
IDLE_SECONDS = 55.0  # below the 60 s after which most load balancers drop an idle connection


class ConnectionFailed(OSError):
    """No answer: refused, unknown host, bad certificate, or cut before the headers."""


class ConnectionCut(OSError):
    """The reply broke off after its headers."""
