"""Pools of tasks: sealed, committed to, opened by several together, drawn from by neither side alone, and worn out.

What is public of a pool is its manifest: how many tasks and families, a commitment to each, and one Merkle root. What
is secret is encrypted with age, and its key is shared out to custodians, of whom so many must agree to open it.
"""
