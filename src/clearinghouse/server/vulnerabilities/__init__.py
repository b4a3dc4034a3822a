"""Findings, the vulnerabilities that they are, and the order of work."""
