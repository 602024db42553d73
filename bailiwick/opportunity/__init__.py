"""Opportunity: definitions of it, and the scores of providers and accounts under them."""

from bailiwick.opportunity.bundled import bundled, load
from bailiwick.opportunity.definition import Definition, Entry, SignOff, TierCuts
from bailiwick.opportunity.scores import Scores, score

__all__ = ["Definition", "Entry", "Scores", "SignOff", "TierCuts", "bundled", "load", "score"]
