"""Whole units from given bases: prices of load and the bound they prove, plans drawn and settled unit by unit and in neighbourhoods."""
