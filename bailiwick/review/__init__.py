"""Measuring a plan: the scorecard, and the equal-geography baselines it is judged against."""

from bailiwick.review.baseline import BASELINES, baseline
from bailiwick.review.scorecard import scorecard

__all__ = ["BASELINES", "baseline", "scorecard"]
