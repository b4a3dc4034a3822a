"""Whether a reproducer shows a flaw, on which versions, and which fix stops it."""
