"""Opportunity: definitions of it, and the scores of providers and accounts under them."""

from bailiwick.opportunity.bundled import load
from bailiwick.opportunity.comparison import Change, compare
from bailiwick.opportunity.definition import Definition, Entry, SignOff, TierCuts
from bailiwick.opportunity.rollup import CodeClass, codes_of, rbcs, unknown_icd10
from bailiwick.opportunity.score import Scores, score, totals

__all__ = [
    "Change",
    "CodeClass",
    "Definition",
    "Entry",
    "Scores",
    "SignOff",
    "TierCuts",
    "codes_of",
    "compare",
    "load",
    "rbcs",
    "score",
    "totals",
    "unknown_icd10",
]
