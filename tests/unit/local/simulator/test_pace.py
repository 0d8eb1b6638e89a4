import random

import pytest

from local.simulator.pace import load_providers

PROVIDERS = load_providers()


@pytest.mark.parametrize(
    ("provider", "first_ms", "speed", "average"),
    [("openai", (685, 1139), (6, 90), 26), ("azure", (1165, 2864), (6, 70), 22)],
)
def test_gpt_4_1_keeps_the_pace_of_the_page_it_models(
    provider: str, first_ms: tuple[int, int], speed: tuple[int, int], average: float
) -> None:
    chance = random.Random(0)
    tempos = [PROVIDERS.find(provider).profile_of("gpt-4.1").draw(chance) for _ in range(2000)]
    speeds = [1 / tempo.per_token for tempo in tempos]
    assert all(first_ms[0] <= tempo.first_token * 1000 <= first_ms[1] for tempo in tempos)
    assert all(speed[0] <= one <= speed[1] for one in speeds)
    assert sum(speeds) / len(speeds) == pytest.approx(average, rel=0.05)


def test_any_other_provider_is_like_the_defaults() -> None:
    tempo = PROVIDERS.find("acme").profile_of("m").draw(random.Random(0))
    assert 0.25 <= tempo.first_token <= 0.6
    assert 60 <= 1 / tempo.per_token <= 120
    assert tempo.slowed().first_token == tempo.first_token * 10


def test_only_openai_and_azure_take_nothing_beside_openais_fields() -> None:
    strict = {name for name, provider in PROVIDERS.named.items() if not provider.extra_fields}
    assert strict == {"openai", "azure"}
