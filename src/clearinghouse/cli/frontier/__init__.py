"""The verbs below ``frontier``: honest assessment of frontier models."""
