from hypothesis import HealthCheck, settings

# A busy machine is no failure: no example has a deadline. The same examples every time: a flaky test is a broken one.
settings.register_profile(
    "calm", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], max_examples=50
)
settings.load_profile("calm")
