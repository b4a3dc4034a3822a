"""Organisations that joined, the people in them, and the programs that act for them: the tables."""
