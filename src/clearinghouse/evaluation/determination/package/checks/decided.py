"""The determinations: what they cite, what became of them, and whether they may still be cited."""

from collections.abc import Iterator

from clearinghouse.evaluation.assessment import document
from clearinghouse.evaluation.assessment.facts import Assessment
from clearinghouse.evaluation.determination.errors import PackageError
from clearinghouse.evaluation.determination.events import Act
from clearinghouse.evaluation.determination.fresh import require_asked_for
from clearinghouse.evaluation.determination.making import finding_of, model_state, opened
from clearinghouse.evaluation.determination.package import less, names
from clearinghouse.evaluation.determination.package.checks.check import Absent, Case, Check
from clearinghouse.evaluation.determination.reconsideration import require_answers
from clearinghouse.evaluation.determination.record import Audience, Determination, Review
from clearinghouse.evaluation.determination.signing import Signed
from clearinghouse.evaluation.determination.standing import Standing, Status, required, standing
from clearinghouse.formats.text import plural

_ASK = "ask the office that decided"
_OVER = frozenset({Status.LAPSED, Status.SUPERSEDED, Status.REPLACED, Status.WITHDRAWN})


def _determinations(case: Case) -> str:
    found = case.determinations
    says = [f"{number}: {each.record.sentence}" for number, each in found.items()]
    return " ".join(says)


def _cites(case: Case) -> str:
    here = earlier = elsewhere = 0
    for number, each in case.determinations.items():
        before = each.record.assessment.sha256 != case.digest(names.ASSESSMENT)
        for name, digest in _cited(case, each.record):
            there = _listed(case, name)
            here += there == digest
            elsewhere += there == ""
            earlier += before and there not in {digest, ""}
            if not before and there not in {digest, ""}:
                raise PackageError(f"{number} cites another {name} than the one that is listed", _ASK)
    says = f"{plural(here, 'citation')} of evidence, each listed with the digest that is cited."
    if earlier:
        says += f" Of an earlier determination, {earlier} more of files that have changed since."
    return f"{says} Outside of the package: {elsewhere} more." if elsewhere else says


def _listed(case: Case, name: str) -> str:
    """The SHA-256 of a file as it is listed; empty where it is no part of the package."""
    try:
        return case.digest(name)
    except Absent:
        return ""


def _cited(case: Case, record: Determination) -> Iterator[tuple[str, str]]:
    """What a determination cites: names and digests. Its assessment may stand beside it, as it was at that time."""
    kept = f"{names.DETERMINATIONS}/{record.number}{names.CITED}"
    about = kept if _listed(case, kept) else names.ASSESSMENT
    if _listed(case, about) != record.assessment.sha256:
        raise PackageError(f"{record.number} cites another assessment than {about}", _ASK)
    for each in record.evidence:
        yield (about if each.name == names.ASSESSMENT else each.name), each.sha256


def _agrees(case: Case) -> str:
    assessment, digest = case.assessment, case.digest(names.ASSESSMENT)
    records = [each.record for each in case.determinations.values()]
    if all(each.assessment.sha256 != digest for each in records):
        raise PackageError("no determination is about the assessment that is here", _ASK)
    for record in records:
        kept = f"{names.DETERMINATIONS}/{record.number}{names.CITED}"
        if record.assessment.sha256 == digest:
            _require_agreement(record, assessment)
        elif kept in case.package:
            _require_agreement(record, document.from_bytes(case.read(kept), kept))
    return "Plan, state of the model, thresholds and finding are those of the assessment."


def _require_agreement(record: Determination, assessment: Assessment) -> None:
    relations = {
        "plan": record.plan == assessment.plan,
        "state of the model": record.model == model_state(assessment),
        "finding": record.finding == finding_of(assessment),
        "days to ask for a reconsideration": record.days_to_ask == assessment.design.reconsideration.days,
        "thresholds": [(each.domain, each.identifier) for each in record.thresholds]
        == [(each.name, each.threshold.identifier) for each in assessment.design.domains],
    }
    wrong = [name for name, holds in relations.items() if not holds]
    if wrong:
        what = f"{record.number} has another {wrong[0]} than the assessment that it cites"
        raise PackageError(what, _ASK)


def _events(case: Case) -> str:
    for number, chain in case.chains.items():
        required(case.determinations[number].record, (each.event for each in chain))
    count = sum(map(len, case.chains.values()))
    return f"{plural(count, 'event')}, each signed, chained to the one before it, and possible after it."


def _answers(case: Case) -> str:
    second = {number: each for number, each in case.determinations.items() if each.record.reconsiders is not None}
    if not second and not any(each.event.act is Act.ANSWERED for chain in case.chains.values() for each in chain):
        raise Absent("Nothing was reconsidered.")
    for number, later in second.items():
        _require_answer(case, number, later)
    for chain in case.chains.values():
        for each in chain:
            event = each.event
            if event.act is not Act.ANSWERED:
                continue
            there = second.get(event.other)
            if there is None or there.sha256 != event.other_sha256:
                raise PackageError(f"{event.number} was answered by {event.other}, which is not here", _ASK)
    return f"{plural(len(second), 'reconsideration')}, decided by another officer, about what was asked."


def _require_answer(case: Case, number: str, later: Signed) -> None:
    named = later.record.reconsiders
    first = case.determinations.get(named.number) if named else None
    if named is None or first is None:
        raise PackageError(f"{number} reconsiders a determination that is not here", _ASK)
    chain = [each.event for each in case.chains[named.number]]
    places = [at for at, each in enumerate(chain) if each.act is Act.ANSWERED and each.other == number]
    state = required(first.record, chain[: places[0]] if places else chain)
    require_answers(first, state, later)
    if named.review is Review.FRESH_DRAW:
        require_asked_for(case.package.root, later.record.finding.domains, state.asked_at)


def _openings(case: Case) -> str:
    paths = list(case.below(names.DETERMINATIONS, names.OPENINGS))
    if not paths:
        raise Absent("No withheld words are shown in this copy.")
    count = 0
    for path in paths:
        number = path.removeprefix(f"{names.DETERMINATIONS}/").removesuffix(names.OPENINGS)
        there = case.determinations.get(number)
        if there is None:
            raise PackageError(f"{path} belongs to no determination that is there", _ASK)
        openings = less.read_openings(case.package.read(path, less.LARGEST_OPENINGS))
        opened(there.record, openings, Audience.COURT)
        count += len(openings)
    return f"{plural(count, 'withheld passage')} shown, each as it was when the determination was signed."


def _stands(case: Case) -> str:
    found = {
        number: standing(each.record, case.chains[number], case.now) for number, each in case.determinations.items()
    }
    current = {number: each for number, each in found.items() if each.status not in _OVER}
    if not current:
        number, last = max(found.items(), key=lambda each: each[1].since)
        raise PackageError(f"{number} is {last.status.value} since {last.since}", "look for a later determination")
    return " ".join(_standing(number, each) for number, each in current.items())


def _standing(number: str, found: Standing) -> str:
    says = f"{number} is {found.status.value.replace('_', ' ')} since {found.since}. {found.says}"
    return f"{says} A re-test is due: {' '.join(found.retests)}" if found.retests else says


CHECKS = (
    Check(
        "determination", "The named officer signed each determination, and each has what it must have.", _determinations
    ),
    Check("citations", "Everything that is cited is listed, with the digest that is cited.", _cites),
    Check("agreement", "The determination speaks of what the assessment found, of that model and that plan.", _agrees),
    Check("events", "What became of it is told without a gap, by whoever acted.", _events),
    Check("reconsideration", "Another officer decided, about what the developer asked.", _answers),
    Check("openings", "Withheld words that are shown are those that were signed for.", _openings),
    Check("standing", "At the moment of the check the conclusion may still be cited.", _stands),
)
