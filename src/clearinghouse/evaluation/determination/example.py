"""A draft to begin with: what is taken from the assessment, and what a person has to write."""

import json
from collections.abc import Iterable

from clearinghouse.evaluation.assessment.facts import Assessment
from clearinghouse.evaluation.determination.making import number_text
from clearinghouse.evaluation.determination.record import MOST_DAYS
from clearinghouse.evaluation.determination.words import DEVELOPMENT, PERSON, SCRIPTED, VOLUNTARY

_TEXT = """\
# The draft of a determination. A person fills it in; nothing here is filled in by what was computed.
#   clearinghouse frontier determine check FOLDER            says everything that is missing
#   clearinghouse frontier determine sign FOLDER --key KEY   makes the record of it, and signs it
# {voluntary}
# {person}
#
# What the record takes over from the assessment by itself:
{facts}

number = {number}

# What the officer concludes: covered, not_covered or indeterminate. Where it is another than the finding and not
# indeterminate, `differing` has to say why.
conclusion = ""
differing = ""

# When it was decided (now, where it is not said), and until when it holds: as long as the plan has it, where it is not
# said, and {days} days at most.
# decided = 2026-11-24T12:00:00Z
# expires = 2027-05-26T12:00:00Z

# The number of an earlier determination about the same model that this one takes the place of.
supersedes = ""

# Files of the folder that are cited, each with its digest.
evidence = [
{evidence}
]

[officer]
name = ""
office = ""
organisation = ""

# All of them are different people, and none of them is the officer.
[roles]
requester = ""   # who asked for the assessment
operator = {operator}    # who ran it, as the plan has it by the key
analyst = ""     # who computed and wrote it
custodians = []  # who hold shares of the pools' keys

# The reasons, one table each; at least one that everybody may read.
[[reason]]
says = ""

# One that is withheld: the record has a salted commitment to it, and the ground.
# [[reason]]
# says = "words that not everybody may read"
# withheld = "why they are withheld"
# audiences = ["overseer", "court"]  # of public, developer, overseer, court

# Everybody who was consulted. An opinion can be withheld as a reason can.
# [[consulted]]
# name = ""
# role = ""
# at = 2026-11-23T09:00:00Z
# opinion = ""

# What the officer and each of those who were consulted declared of their interests; also that they have none.
[[interest]]
name = ""
says = ""

# Who does not agree.
# [[dissent]]
# name = ""
# says = ""

# What makes a re-test due beside a change of identity, safeguards, scaffold or budget, which always does.
# [[trigger]]
# change = "date"  # or watch
# says = "the next version is announced for this day"
# at = 2027-02-01T00:00:00Z
"""


def example(assessment: Assessment, digest: str, number: str, evidence: Iterable[str], operator: str = "") -> str:
    """Return the text of a draft.

    Args:
        digest: SHA-256 of the assessment's file. number: to begin with. evidence: names of files that can be cited.
        operator: as the plan has it; empty where it does not say.
    """
    return _TEXT.format(
        voluntary=VOLUNTARY,
        person=PERSON,
        facts="\n".join(f"#   {each}" for each in _facts(assessment, digest)),
        number=json.dumps(number),
        days=MOST_DAYS,
        operator=json.dumps(operator),
        evidence="\n".join(f"    {json.dumps(each)}," for each in evidence),
    )


def _facts(assessment: Assessment, digest: str) -> Iterable[str]:
    model, plan, finding = assessment.model, assessment.plan, assessment.finding
    yield f"assessment  SHA-256 {digest}, made {assessment.made}"
    yield f"plan        {plan.name!a} {plan.version}, SHA-256 {plan.sha256}"
    yield f"model       {model.name!a} of {model.developer!a}, {(model.identity or 'no identity')!a}"
    yield f"finding     {finding.verdict.value}, of stage {finding.stage}"
    for each in assessment.design.domains:
        # A value under a commitment was opened to whoever computed, and is written nowhere else.
        known = each.threshold.covered is not None and not each.threshold.commitment
        value = number_text(each.threshold.covered or 0.0) if known else "under a commitment"
        yield f"threshold   {each.threshold.identifier!a} of {each.name!a}: {value}"
    if assessment.development:
        yield DEVELOPMENT
    if assessment.scripted:
        yield SCRIPTED
