"""From a plan to an answer: attempts under three clocks, fallback before the first content, honesty after it."""

from switchboard.dispatch.attempt import CANCELLED, OK, Transport, Upstreams
from switchboard.dispatch.offers import CredentialsOf, signals_by_endpoint
from switchboard.dispatch.outcome import Breakers
from switchboard.dispatch.patience import USUAL_LIMITS, Limits
from switchboard.dispatch.tally import Tally
from switchboard.dispatch.walk import Dispatch, Errand

__all__ = [
    "CANCELLED",
    "OK",
    "USUAL_LIMITS",
    "Breakers",
    "CredentialsOf",
    "Dispatch",
    "Errand",
    "Limits",
    "Tally",
    "Transport",
    "Upstreams",
    "signals_by_endpoint",
]
