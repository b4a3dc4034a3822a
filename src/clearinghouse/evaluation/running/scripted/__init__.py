"""Scripted agents: they stand where a model would, with an ability that is known, so that the process can be tested.

They show nothing of any model. Their name begins with ``scripted/``, in the log and in everything made from it.
"""
