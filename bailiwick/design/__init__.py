"""The design engine: a frozen problem in, contiguous balanced territories with a proven bound out."""

from bailiwick.design.problem import Problem
from bailiwick.design.solve import Solution, prepare, solve

__all__ = ["Problem", "Solution", "prepare", "solve"]
