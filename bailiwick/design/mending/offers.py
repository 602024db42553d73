"""The moves that are offered to a program that looks for the fewest."""

import numpy as np
import numpy.typing as npt

from bailiwick.design.borders.fixed import Based
from bailiwick.design.mending.fewest import Offer
from bailiwick.kernels.anneal_fixed import BARRED

I32 = npt.NDArray[np.int32]
F64 = npt.NDArray[np.float64]
EQUALS = 1e-4  # what a longer drive and a move of land without weight count beside a move of the mean weight


def every(based: Based, given: I32, label: I32, weight: F64) -> Offer:
    """Every unit to every territory it may lie in. given: the plan that moves are counted from. label: where units are now, which they may stay."""
    problem, rows = based.problem, np.arange(len(label))
    wanted = based.cost < BARRED / 100
    wanted[rows, label] = True
    held = problem.locked >= 0
    held[based.base] = True
    for group in problem.groups:  # a group stays where one of it does
        held[list(group)] |= bool(held[list(group)].any())
    wanted[held] = False
    several = wanted.sum(axis=1) > 1
    unit, to = np.nonzero(wanted & several[:, None])
    return Offer(unit, to, _cost(based, given, weight, unit, to))


def _cost(based: Based, given: I32, weight: F64, unit: npt.NDArray[np.int64], to: npt.NDArray[np.int64]) -> F64:
    """Weight moved, in mean weights; among equals the shortest drives and the fewest units."""
    trips, minutes = based.problem.trips, based.minutes
    mean = max(float(weight.mean()), 1e-12)
    rows = np.arange(len(given))
    usual = max(float((trips * minutes[given, rows]).mean()), 1e-12)
    longer = trips[unit] * (minutes[to, unit].astype(np.float64) - minutes[given[unit], unit])
    moved = to != given[unit]
    return np.asarray(np.where(moved, weight[unit] / mean + EQUALS * (1.0 + longer / usual), 0.0))
