"""The sentences that every document about a determination carries.

Source: Executive Order 14409, section 3(c), whose substance the first one says of this software.
"""

VOLUNTARY = (
    "This is voluntary: it says what the evidence shows of one state of a model, and it has no bearing on whether, "
    "when or to whom anybody develops, publishes, releases or distributes a model."
)
PERSON = "A determination is the act of the named person. The software computed the finding that it cites, and no more."
ADVISORY = "While it is reconsidered, the conclusion is advisory only."
SCRIPTED = "What ran was a scripted agent and no model, so this says nothing about any model."
DEVELOPMENT = "The assessment rests on an open development pool, so it cannot support a determination."
