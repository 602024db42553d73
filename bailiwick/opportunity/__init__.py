"""Opportunity: definitions of it, and the scores of providers and accounts under them."""
