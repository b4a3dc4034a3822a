"""The decision rule: from a registered design and observations to one of three verdicts, with error rates."""
