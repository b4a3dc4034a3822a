"""Frontier models: what they can do in cyber, assessed so that an outsider can recompute every number.

The rooms in the order in which they are used: ``plan`` (what will be measured and decided how, before anything is
run), ``pools`` and ``tasks`` (what is measured with), ``running`` (attempts and their sealed logs), ``runs`` (attempts
as a table), ``statistics``, ``rule`` (three verdicts with error rates), ``assessment``, ``determination`` (what a
person decided, and the evidence), ``reports``.

All of it is voluntary, and nothing here can hold back the release of a model.
"""
