"""What inspect_ai finds of ours where this package is installed: the sandbox ``clearinghouse`` and the scripted agents.

An entry point of the group ``inspect_ai`` names this module. Agents without a run of ours have nothing to play, and say
so; boxes work in any evaluation.
"""

from clearinghouse.evaluation.running.provider import BoxEnvironment
from clearinghouse.evaluation.running.scaffold import plain
from clearinghouse.evaluation.running.scripted.model import Scripted

__all__ = ["BoxEnvironment", "Scripted", "plain"]
