"""From a plan to an answer: attempts under three clocks, fallback before the first content, honesty after it."""

from switchboard.dispatch.attempt import CANCELLED, OK, USUAL_LIMITS, Limits, Reply, Transport, Upstreams
from switchboard.dispatch.tally import Tally
from switchboard.dispatch.walk import Dispatch

__all__ = ["CANCELLED", "OK", "USUAL_LIMITS", "Dispatch", "Limits", "Reply", "Tally", "Transport", "Upstreams"]
