# SPDX-License-Identifier: Apache-2.0
"""One forecast beside what was measured, and how tables show it."""

from __future__ import annotations

from dataclasses import dataclass

import r1cluster

QUARTER = 0.25


@dataclass
class Compared:
    name: str
    quantity: str
    interval: list[float]  # low, likely, high
    measured: float
    rounding: float = 0  # of the measured value, where a log cut its digits off

    @property
    def error(self) -> float:
        return self.interval[1] / self.measured - 1

    def is_within(self, share: float) -> bool:
        return abs(self.error) <= share

    @property
    def is_inside(self) -> bool:
        return self.interval[0] - self.rounding <= self.measured <= self.interval[2] + self.rounding


def ends(interval: r1cluster.units.Interval | r1cluster.units.WholeInterval) -> list[float]:
    return [interval.low, interval.likely, interval.high]


def line(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"
