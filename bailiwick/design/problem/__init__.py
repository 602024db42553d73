"""What is asked: units, territories and every limit in one frozen value; what it refuses, and which of its limits a plan breaks."""

from bailiwick.design.problem.problem import TOLERANCE, Array, Ints, Measure, Problem, Ties, Today, rounded_up

__all__ = ["TOLERANCE", "Array", "Ints", "Measure", "Problem", "Ties", "Today", "rounded_up"]
