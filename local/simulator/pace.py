"""How fast a simulated provider is, and how odd: read from profiles.toml, the pace drawn anew for every request."""

import random
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROFILES = Path(__file__).with_name("profiles.toml")
SLOW_FACTOR = 10.0
_SPREAD = 5.0  # of the beta distribution: the higher, the closer to the average


@dataclass(frozen=True, slots=True)
class Tempo:
    """One request's pace, in seconds."""

    first_token: float
    per_token: float

    def slowed(self) -> "Tempo":
        return Tempo(self.first_token * SLOW_FACTOR, self.per_token * SLOW_FACTOR)


INSTANT = Tempo(0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Profile:
    """Ranges to draw from; without an average the draw is even."""

    first_token_ms: tuple[float, float]
    tokens_per_second: tuple[float, float]
    average_tokens_per_second: float | None = None

    def draw(self, chance: random.Random) -> Tempo:
        speed = _draw(self.tokens_per_second, self.average_tokens_per_second, chance)
        return Tempo(chance.uniform(*self.first_token_ms) / 1000, 1 / speed)


@dataclass(frozen=True, slots=True)
class Provider:
    """One simulated provider: its pace, by model where it differs, and its oddities (oddities.py)."""

    profile: Profile
    models: Mapping[str, Profile]
    extra_fields: frozenset[str]
    anthropic_fields: frozenset[str]
    reasoning_field: str
    oddities: frozenset[str]

    def profile_of(self, model: str) -> Profile:
        return self.models.get(model, self.profile)


@dataclass(frozen=True, slots=True)
class Providers:
    """Those that profiles.toml names; any other one is like its `[defaults]`."""

    named: Mapping[str, Provider]
    default: Provider

    def find(self, name: str) -> Provider:
        return self.named.get(name, self.default)


def load_providers(path: Path = PROFILES) -> Providers:
    """Read profiles.toml; raises KeyError or ValueError if it is wrong."""
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    defaults = document["defaults"]
    named = {name: _provider(defaults | values) for name, values in document["providers"].items()}
    return Providers(named, _provider(defaults))


def _provider(values: Mapping[str, Any]) -> Provider:  # TOML holds anything
    profile = _profile(values)
    return Provider(
        profile=profile,
        models={model: _profile({**values, **own}) for model, own in values.get("models", {}).items()},
        extra_fields=frozenset(values["extra_fields"]),
        anthropic_fields=frozenset(values["anthropic_fields"]),
        reasoning_field=values["reasoning_field"],
        oddities=frozenset(values["oddities"]),
    )


def _profile(values: Mapping[str, Any]) -> Profile:
    low, high = values["first_token_ms"]
    slowest, fastest = values["tokens_per_second"]
    return Profile((low, high), (slowest, fastest), values.get("average_tokens_per_second"))


def _draw(limits: tuple[float, float], average: float | None, chance: random.Random) -> float:
    low, high = limits
    if average is None:
        return chance.uniform(low, high)
    share = (average - low) / (high - low)
    return low + (high - low) * chance.betavariate(_SPREAD * share, _SPREAD * (1 - share))
