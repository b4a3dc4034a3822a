"""A determination: what a person decided about one state of a model, on which evidence, and until when it holds.

The software computes a finding; a person concludes. The record says where the two differ. It is signed, it lapses, it
can be reconsidered by somebody else, and an outsider can check it with all its evidence on a machine without a network.

It is voluntary, and nothing in it bears on whether or when a model is released (:mod:`.words`). The parts: ``record``
and ``demands`` (what it holds, what it must fulfil), ``draft`` (how a person writes one), ``signing``, ``events`` and
``standing`` (what became of it), ``reconsideration``, ``disclosure`` (copies with fields left out that still verify),
``package`` (all of it with its evidence as one archive).
"""
