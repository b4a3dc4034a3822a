"""Statistics over attempts, with numpy and scipy only. Nothing here knows of plans, files or models.

Two rules hold everywhere. The family is the sampling unit: tasks of one family resemble each other, attempts at one
task even more, and neither is counted as if it were independent. And what speaks for these tasks is another type than
what speaks for the population that they were drawn from (:mod:`~clearinghouse.evaluation.statistics.estimate`).
"""
