"""From what is wrong with each component to what one does about it.

Flaws of one component make at most three actions: what an upgrade clears; what remains, by mitigation or by keeping it
apart; and what is not sure, as questions. On operational technology and medical devices the first two are one decision
of a person: such a device is never told to be patched by a table, because a patch may cost its approval, its warranty
or a process that depends on it (CISA, "Recommended Cybersecurity Practices for Industrial Control Systems").
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from clearinghouse.formats.text import plural
from clearinghouse.priority.plan.asked import questions_of
from clearinghouse.priority.plan.records import Action, Do, Flaw, Subject
from clearinghouse.priority.plan.target import Target, Versions, best_target, last_affected
from clearinghouse.priority.plan.urgency import UrgencyKey, arms_of, few, urgency_key, urgency_sentences
from clearinghouse.records import MatchClass, Remedy

_ADVICE = frozenset({"mitigation", "workaround"})
_MOST_NAMED = 5
_MOST_ADVICE = 10


def actions(subjects: Iterable[Subject], versions: Versions) -> tuple[Action, ...]:
    """Return what to do, in the order of work: by the most urgent flaw of each action, then by component.

    Packages that were built from one source, are in the same places and need the same step are one action: a package
    manager takes them together.
    """
    made: dict[tuple[object, ...], list[Action]] = {}
    for subject in subjects:
        for action in _for_subject(subject, versions):
            made.setdefault(_step(action) if subject.origin else (len(made),), []).append(action)
    return tuple(sorted(map(_together, made.values()), key=_order))


def _step(action: Action) -> tuple[object, ...]:
    """What two actions on packages of one source must have in common to be one."""
    subject = action.subject
    return (
        (subject.ecosystem, subject.origin, subject.compared, subject.places, subject.kind, subject.exposed),
        (action.do, action.to, action.above, action.questions),
        tuple(flaw.id for flaw in action.clears),
        tuple(flaw.id for flaw in action.leaves),
    )


def _together(same: Sequence[Action]) -> Action:
    if len(same) == 1:
        return same[0]
    first, *others = sorted(same, key=lambda action: action.subject.name)
    return msgspec.structs.replace(first, also=tuple(action.subject for action in others))


def _order(action: Action) -> tuple[bool, UrgencyKey, str, str]:
    """A question comes after everything that is known to be wrong, whatever it might turn out to be."""
    first = min(map(urgency_key, action.concerns))
    return action.do is Do.FIND_OUT, first, action.subject.name, action.subject.version or ""


def _for_subject(subject: Subject, versions: Versions) -> Iterator[Action]:
    sure = tuple(flaw for flaw in subject.flaws if flaw.sure)
    if sure and subject.kind is not None and subject.kind.needs_a_person:
        yield _decision(subject, sure, best_target(subject, sure, versions))
    elif sure:
        yield from _remedied(subject, sure, versions)
    unsure = tuple(flaw for flaw in subject.flaws if not flaw.sure)
    if unsure:
        yield _question(subject, unsure)


def _remedied(subject: Subject, sure: tuple[Flaw, ...], versions: Versions) -> Iterator[Action]:
    target, left = best_target(subject, sure, versions), sure
    cleared: tuple[Flaw, ...] = ()
    if target is not None:
        cleared, left = target.cleared, target.left
    ending = tuple(flaw for flaw in left if last_affected((flaw,)))
    if ending:
        beyond = _beyond(subject, ending, sure, versions)
        cleared = tuple(flaw for flaw in cleared if flaw not in beyond.clears)
        left = tuple(flaw for flaw in left if flaw not in beyond.clears)
        yield beyond
    if target is not None and cleared:
        yield Action(
            do=Do.UPGRADE,
            subject=subject,
            to=target.version,
            clears=target.cleared,
            leaves=target.left,
            arms=arms_of(target.cleared),
            major=target.major,
            prerelease=target.prerelease,
            within=target.within,
            questions=_still_asked(target.cleared),
            explain=(*_upgrade_sentences(subject, target), *urgency_sentences(target.cleared)),
        )
    advised = tuple(flaw for flaw in left if _advice((flaw,)))
    if advised:
        yield _without_fix(Do.MITIGATE, subject, advised)
    bare = tuple(flaw for flaw in left if flaw not in advised)
    if bare:
        yield _without_fix(Do.ISOLATE, subject, bare)


def _beyond(subject: Subject, ending: tuple[Flaw, ...], sure: tuple[Flaw, ...], versions: Versions) -> Action:
    """Install something later: the advisories say where flaws end and not where they are fixed.

    Whatever else is gone in the last of these versions is gone above it too, so that is one step and not two. A flaw
    that ended before and is there again, in another line of releases, is not gone.
    """
    ends = last_affected(ending)
    keys = {end: versions.key(subject, end) for end in ends}
    comparable = all(keys.values())
    above = max(ends, key=lambda end: keys[end] or b"") if comparable else ", ".join(ends)
    met = versions.affected(subject, above) if comparable else frozenset()
    last = [flaw for flaw in ending if not comparable or keys[above] in {keys[end] for end in last_affected((flaw,))}]
    clears = tuple(flaw for flaw in sure if flaw in last or (comparable and met.isdisjoint(flaw.names)))
    again = sorted({text for flaw in ending for each in flaw.exposures for text in each.again})
    below = f" and not from {' or '.join(again)} on, which is affected again" if again else ""
    said = (
        f"The advisories name no fixed version, only the last affected one: take a version above {above}{below}, or "
        "the patch that its maker has for it, and ask which one is fixed."
    )
    return Action(
        do=Do.UPGRADE,
        subject=subject,
        above=above,
        clears=clears,
        leaves=tuple(flaw for flaw in sure if flaw not in clears),
        arms=arms_of(clears),
        explain=(said, *urgency_sentences(clears)),
    )


def _without_fix(do: Do, subject: Subject, flaws: tuple[Flaw, ...]) -> Action:
    said = f"No version of {subject.name} without {_named(flaws)} is named by the advisories that were read."
    if do is Do.MITIGATE:
        said += " Their advice lessens the risk; it does not remove the flaw."
    else:
        said += " Keep it away from networks that others can reach, or replace it, until there is one."
    return Action(
        do=do,
        subject=subject,
        leaves=flaws,
        arms=arms_of(flaws),
        mitigations=_advice(flaws),
        explain=(said, *urgency_sentences(flaws)),
    )


def _decision(subject: Subject, sure: tuple[Flaw, ...], target: Target | None) -> Action:
    kind = subject.kind.in_words if subject.kind else "device"
    if not subject.kind_by:
        known = f"This is {kind}"
    elif subject.kind_sure:
        known = f"By {subject.kind_by} this is {kind}"
    else:
        known = f"{subject.kind_by} may speak of it, and then it is {kind}"
    said = [f"{known}: whether and when it is changed is decided by the person who answers for it, not by a table."]
    if target:
        cleared = f"{len(target.cleared)} of {plural(len(sure), 'flaw')}"
        said.append(
            f"The advisories name {target.version} as a version without {cleared}; ask its vendor whether it fits."
        )
    advice = _advice(sure)
    if not advice:
        said.append("The advisories that were read give no mitigation; ask its vendor for one.")
    return Action(
        do=Do.DECIDE,
        subject=subject,
        to=target.version if target else None,
        clears=target.cleared if target else (),
        leaves=target.left if target else sure,
        arms=arms_of(sure),
        major=target.major if target else False,
        prerelease=target.prerelease if target else False,
        mitigations=advice,
        explain=(*said, *urgency_sentences(sure)),
    )


def _question(subject: Subject, unsure: tuple[Flaw, ...]) -> Action:
    asked = dict.fromkeys(each.question for flaw in unsure for each in flaw.exposures if each.question)
    names = sum(any(each.match is MatchClass.NAME_ONLY for each in flaw.exposures) for flaw in unsure)
    said = f"{plural(len(unsure), 'flaw')} may be in {subject.name}: "
    if names < len(unsure):
        said += "what the inventory says does not settle it."
    else:
        said += "the advisories name no versions." if subject.version else "the version is not known."
    return Action(
        do=Do.FIND_OUT,
        subject=subject,
        leaves=unsure,
        arms=arms_of(unsure),
        questions=tuple(asked),
        asked=questions_of(unsure),
        explain=tuple(filter(None, (said, subject.left_out, *urgency_sentences(unsure)))),
    )


def _still_asked(flaws: Iterable[Flaw]) -> tuple[str, ...]:
    """What advisories ask that may speak of flaws, and that no version settles."""
    asked = (each.question for flaw in flaws for each in flaw.exposures if not each.match.is_sure)
    return tuple(dict.fromkeys(question for question in asked if question))


def _advice(flaws: Iterable[Flaw]) -> tuple[str, ...]:
    found = dict.fromkeys(
        _words(remedy) for flaw in flaws for remedy in flaw.remedies if remedy.kind in _ADVICE and _words(remedy)
    )
    return tuple(found)[:_MOST_ADVICE]


def _words(remedy: Remedy) -> str:
    return remedy.description or remedy.value


def _upgrade_sentences(subject: Subject, target: Target) -> Iterator[str]:
    yield (
        f"{target.version} is the smallest version that clears the most: {_named(target.cleared)}"
        f"{f', and leaves {_named(target.left)}' if target.left else ''}."
    )
    if subject.source:
        yield (
            f"It is the version of {subject.source}, the source package that advisories speak of: install the build of "
            f"{subject.name} that comes from it."
        )
    if target.prerelease:
        yield f"{target.version} is a pre-release: the first release after it has the fix too."
    if target.major:
        yield f"It is a major step from {subject.compared}: read what changes before you install it."
        if target.within:
            yield f"Without a major step, {target.within} clears {target.within_cleared} of them."
    if asked := _still_asked(target.cleared):
        yield f"Not all advisories are sure of that; to be asked: {' '.join(asked[:_MOST_NAMED])}"
    if target.gained:
        yield f"It has flaws that {subject.compared} does not have: {few(sorted(target.gained))}."


def _named(flaws: Sequence[Flaw]) -> str:
    return few([flaw.id for flaw in flaws])
