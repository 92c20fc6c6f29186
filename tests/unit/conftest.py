"""Hypothesis within the budget of every run: few examples, no deadline, and the same examples each time."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "unit",
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile("deep", parent=settings.get_profile("unit"), max_examples=2_000, derandomize=False)
settings.load_profile("unit")
