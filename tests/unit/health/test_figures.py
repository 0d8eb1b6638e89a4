from switchboard.health.figures import NO_FIGURES, NO_RANKINGS, Uptime


def test_uptime_is_the_share_of_successes() -> None:
    assert Uptime(3, 4).ratio == 0.75


def test_without_an_attempt_there_is_no_uptime() -> None:
    assert Uptime(0, 0).ratio is None
    assert NO_FIGURES.uptime_1d.ratio is None


def test_without_a_ranking_nobody_is_ranked() -> None:
    assert (NO_RANKINGS.version, dict(NO_RANKINGS.endpoints)) == (0, {})
