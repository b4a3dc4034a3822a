"""Packages: their names, their version orders, and which of them an advisory speaks of."""
