"""Territory design: a frozen problem, a search, and a plan with its certificate."""

from bailiwick.design.problem import Problem
from bailiwick.design.solve import Solution, solve

__all__ = ["Problem", "Solution", "solve"]
