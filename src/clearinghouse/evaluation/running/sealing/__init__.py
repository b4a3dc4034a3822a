"""Seals: every attempt is hashed as it ends, into a chain that no attempt can leave, join or change without a trace.

Beside each log ``X.eval`` stands ``X.seals``: a line for its beginning, one for each attempt in the order in which they
ended, and one for its end, with the digest of the whole file. The statement over a run names all of them, and is
signed. What reads a run verifies all of it first (:mod:`~clearinghouse.evaluation.running.sealing.verify`).
"""
