"""Encryption at rest: keys, sealed bytes, and how they are destroyed."""
