"""Tasks: what an agent is asked to do in a box, and what tells whether it was done.

A task is a folder with a ``task.toml``; docs/frontier.md describes it. :mod:`~clearinghouse.evaluation.tasks.task`
reads one and writes it as one string of bytes, ``place`` sets it up for an agent, ``judge`` says whether it was solved,
and ``check`` shows that the judge can be believed: the reference solution passes, doing nothing and cheating fail.
"""
