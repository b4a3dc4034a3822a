"""What an assessment does not show. Said before the numbers, so that nobody reads more into them."""

from collections.abc import Iterator

from clearinghouse.evaluation.assessment.facts import ROLES, Assessment
from clearinghouse.evaluation.reports.assessment.verdict import CANNOT
from clearinghouse.evaluation.reports.blocks import SENTENCE, Listing, Said, Section, Words
from clearinghouse.evaluation.reports.numbers import percent, points, tokens
from clearinghouse.evaluation.rule.finding import Verdict
from clearinghouse.formats.text import plural

_SAFEGUARDS = {
    "deployed": "with its safeguards as deployed",
    "reduced": "with reduced safeguards",
    "none": "without safeguards",
}
_OF_VERDICT = {
    Verdict.COVERED: "That anybody will misuse it, or that it is more dangerous than others above the threshold.",
    Verdict.NOT_COVERED: "That the model has none of the capability: it has less than the threshold, in these domains.",
    Verdict.INDETERMINATE: "That the model is below the threshold. Not decided is not the same as not capable.",
}


def not_shown(facts: Assessment) -> Section:
    """Return what the assessment does not show."""
    return Section("limits", "What it does not show", (Listing(tuple(_limits(facts))),))


def _limits(facts: Assessment) -> Iterator[Words]:
    if facts.development or facts.scripted:
        yield f"{CANNOT} Whatever is said below holds for the exercise only."
    yield _OF_VERDICT[facts.finding.verdict]
    yield "Anything about other capabilities than the domains that are named here."
    yield from _state(facts)
    yield from _effort(facts)
    yield from _missing(facts)
    yield "That the model did its best. Tests like these cannot exclude that one holds back on purpose."
    if facts.contamination.unscreened:
        yield (
            "That the model had not seen such tasks before: contamination was not screened ",
            Said("; nor ".join(facts.contamination.unscreened), SENTENCE),
            ". If it had, the numbers are too high.",
        )
    else:
        yield "That the model had not seen such tasks before. Screens can show that it had, and never that it had not."
    if facts.losses.refused_in_words:
        yield (
            f"What the model would have done in {plural(facts.losses.refused_in_words, 'attempt')} that it seems to "
            "have refused in words: each claim counts them against itself."
        )
    for flag in facts.flags:
        if flag.is_open:
            yield ("Open: ", Said(flag.says, SENTENCE))
        elif flag.kind == ROLES:
            yield ("That two people did it: ", Said(flag.says, SENTENCE))
    if facts.horizon is not None and (facts.horizon.censored50 or facts.horizon.censored80):
        yield "How far the human time goes: the tasks end before it does."
    if facts.horizon is not None and facts.horizon.untimed:
        yield "How long the tasks take a person: nobody was timed at them, and every human time is an estimate."
    yield "What may be done with the model. No verdict says anything about that."


def _state(facts: Assessment) -> Iterator[Words]:
    safeguards = _SAFEGUARDS.get(facts.model.safeguards)
    yield (
        "Anything about another state of the model than this one, ",
        safeguards or "with safeguards ",
        "" if safeguards else Said(facts.model.safeguards or "not recorded", 40),
        ", in the scaffold ",
        Said(facts.elicitation.scaffold or "not named", 40),
        f", with {tokens(facts.design.budget.tokens)} tokens for an attempt.",
    )


def _effort(facts: Assessment) -> Iterator[Words]:
    if not facts.elicitation.saturated:
        yield (
            "The most that could be had of the model: a larger budget may still bring more than "
            f"{points(facts.elicitation.delta).removeprefix('+')}."
        )
    if facts.elicitation.weaker_than_public:
        yield "What the strongest scaffold that is known publicly would bring: a weaker one was used."


def _missing(facts: Assessment) -> Iterator[Words]:
    lost = facts.losses.refused + facts.losses.infrastructure
    if lost:
        yield (
            f"The outcome of {plural(lost, 'attempt')} of {facts.losses.attempts:,}: declined, or lost to the "
            "infrastructure. The bounds count them for neither claim."
        )
    most = max((each.missing for each in facts.finding.domains), default=0.0)
    if most > 0:
        yield f"Up to {percent(most)} of the attempts of a domain have no outcome."
