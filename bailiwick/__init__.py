"""Bailiwick designs sales territories for healthcare from where demand really is."""

__version__ = "0.1.0"
