"""Reproducers, run: recipes given in, validations of them, signed verdicts, and what they come to together."""
