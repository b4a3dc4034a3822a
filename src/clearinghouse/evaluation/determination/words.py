"""The sentences that every document about a determination carries.

That it is voluntary is said once, in the plan, and taken over from there.
"""

from clearinghouse.evaluation.plan.fields import VOLUNTARY

__all__ = ["ADVISORY", "DEVELOPMENT", "PERSON", "SCRIPTED", "VOLUNTARY"]

PERSON = "A determination is the act of the named person. The software computed the finding that it cites, and no more."
ADVISORY = "While it is reconsidered, the conclusion is advisory only."
SCRIPTED = "What ran was a scripted agent and no model, so this says nothing about any model."
DEVELOPMENT = "The assessment rests on an open development pool, so it cannot support a determination."
