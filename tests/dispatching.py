"""What a dispatch needs around it: providers over a scripted transport, breakers, an outlook."""

from collections.abc import Mapping

from switchboard.breakers import Breakers
from switchboard.clock import Clock
from switchboard.credentials import Credential
from switchboard.dispatch import Limits, Transport, Upstreams
from switchboard.health.breaker import Signals
from switchboard.health.figures import NO_RANKINGS
from switchboard.providers.openai_chat import OpenAiChatUpstream
from switchboard.routing.outlook import Outlook
from switchboard.secret import Secret
from switchboard.storage.signals import SignalStore

from tests.fakes import FakeDatabase, SteadyChance

PATIENT = Limits(5, 5)


def breakers_over(database: FakeDatabase, clock: Clock) -> Breakers:
    return Breakers(SignalStore(database, "KeysTable"), clock)


def upstreams_of(
    transport: Transport, clock: Clock, limits: Limits = PATIENT, breakers: Breakers | None = None
) -> Upstreams:
    """All speak OpenAI's dialect, and each has its own key."""
    return Upstreams(
        {"openai-chat": OpenAiChatUpstream(clock)},
        lambda name: (Credential(Secret(f"key of {name}")),),
        transport,
        breakers or breakers_over(FakeDatabase(), clock),
        limits,
    )


def outlook(signals: Mapping[str, Signals] | None = None) -> Outlook:
    """Nothing is known but these signals, and every draw falls on the best."""
    return Outlook(NO_RANKINGS, signals or {}, 1_800_000_000.0, SteadyChance())
