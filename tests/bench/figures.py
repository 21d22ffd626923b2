"""Figures that several benches need."""

from collections.abc import Sequence


def p95(values: Sequence[float]) -> float:
    """The 95th percentile by nearest rank."""
    return sorted(values)[max(0, round(0.95 * len(values)) - 1)]
