"""The same description.

Measured on public advisories (``docs/benchmarks.md``): records of different publishers that describe one flaw carry
the *same* words, because both quote the CVE text; records whose words are merely similar are almost always two
flaws of one component, described by one template (precision of word-set similarity of at least 0.95: 0.03). So an
advisory merges on equal words only, and only while no publisher has used these words for two records about one
component.

Prose reports were measured on the same records without everything that makes them advisories. Equal words of two
finders about one component are one flaw, while no finder has used them for two: 318 of 318. Of one finder in two
documents they are boilerplate as a rule (1 of 282), unless place or number are the same too. Similar words never merge:
6 of 15 pairs that agree in 97 % of their text and in all code names are one flaw. Between two finders they are worth a
person's look where the versions and names that both give do not differ; of one finder they are not (0 of 691).
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz import fuzz

from clearinghouse.identity.contradiction import told_apart
from clearinghouse.identity.layer import Proposal
from clearinghouse.identity.normalise import key64, path_tails, same_file, words
from clearinghouse.identity.profile import Profile
from clearinghouse.records import Reason, find_identifiers

_URL = re.compile(r"https?://\S+")
_TOKEN = re.compile(r"[\w:./-]++(?:\(\))?")
_CODE = re.compile(
    r"\w*_\w+|[a-z]+[A-Z]\w*|[\w:]+::\w+|[\w:.]+\(\)|[\w./-]+\.(?:c|cc|cpp|h|py|js|ts|go|rs|java|rb|php)"
)
_VERSION = re.compile(r"\d++(?:\.\d++)++")
_LONGEST_NAME = 200
_FEWEST_WORDS = 8
_LIKELY = 0.85
_COMPARED = 2048
"""How much of two texts is weighed against each other, in characters: the work grows with its square."""


class TextLayer:
    """Equal words of advisories anywhere, of prose about one component or file; similar words of two finders."""

    reason = Reason.TEXT
    prose_only = True
    most = None

    def sole_facts(self, profile: Profile) -> Sequence[tuple[int, str]]:
        """The words of the description in their order, without addresses and punctuation."""
        if not profile.narrative:
            return ()
        said = words(_URL.sub(" ", profile.text))
        return ((key64("words", *said), f"{len(said)} words"),) if len(said) >= _FEWEST_WORDS else ()

    def keys(self, profile: Profile) -> Sequence[int]:
        """The component or file together with the weakness family, for prose reports."""
        if not profile.narrative or profile.published or not profile.family:
            return ()
        places = [*profile.components, *path_tails(profile.path)]
        return [key64("about", place, profile.family) for place in dict.fromkeys(places)]

    def refutes(self, profile: Profile, candidate: Profile) -> bool:
        """Whether somebody has both as two things, or a finder of prose said the same of what may be another one."""
        if profile.published or candidate.published or profile.run[1] != candidate.run[1]:
            return told_apart(profile, candidate)
        return _one_thing(profile, candidate) is True and not _said_again(profile, candidate)

    def propose_sole(self, profile: Profile, candidate: Profile, fact: str) -> Proposal | None:
        """Merge advisories with equal words; other prose only about one thing, because finders write boilerplate."""
        text = f"Both descriptions have the same {fact}."
        if profile.published and candidate.published:
            return Proposal(candidate, 0.99, text, True)
        related = _one_thing(profile, candidate)
        if related is False:
            return None
        known = profile.family != "" and candidate.family != ""
        sure = bool(related) and not (known and profile.family != candidate.family)
        return Proposal(candidate, 0.98 if sure else 0.5, text, sure)

    def propose(self, profile: Profile, candidates: Sequence[Profile]) -> Sequence[Proposal]:
        """Suggest prose of other finders about the same component and weakness family."""
        made = []
        text = profile.text[:_COMPARED]
        mine = code_names(text)
        for candidate in candidates:
            if candidate.run[1] == profile.run[1]:
                continue
            said = candidate.text[:_COMPARED]
            theirs = code_names(said)
            shared = sorted(mine & theirs)
            if len(shared) >= 2 and 2 * len(shared) >= min(len(mine), len(theirs)):
                names = ", ".join(shared[:4])
                made.append(Proposal(candidate, 0.6, f"Same component and weakness; both name {names}.", False))
            elif _one_template(text, said):
                continue
            elif (ratio := fuzz.token_sort_ratio(text, said) / 100) >= _LIKELY:
                told = f"Same component and weakness; the descriptions agree in {ratio:.0%} of their text."
                made.append(Proposal(candidate, 0.5, told, False))
        return sorted(made, key=lambda p: p.score, reverse=True)


def _one_template(one: str, other: str) -> bool:
    """Whether two texts are told apart by what is filled in: each names versions, or code, and none in common."""
    for said in (_versions, code_names):
        mine, theirs = said(one), said(other)
        if mine and theirs and mine.isdisjoint(theirs):
            return True
    return False


@lru_cache(maxsize=4096)
def _versions(text: str) -> frozenset[str]:
    return frozenset(_VERSION.findall(text))


def _number(profile: Profile) -> str | None:
    """The finder's own number of a finding. A public identifier is none: another layer compares those, if allowed."""
    number = profile.native_id
    return number if number and not find_identifiers(number) else None


def _said_again(one: Profile, other: Profile) -> bool:
    """Whether one finder's two findings with equal words are one finding sent twice.

    Its own number tells, or the place; without either, that nothing at all distinguishes the two.
    """
    mine, theirs = _number(one), _number(other)
    if mine and theirs:
        return mine == theirs
    return _same_place(one, other) or _everything(one) == _everything(other)


def _everything(profile: Profile) -> tuple[object, ...]:
    """All that a profile holds of what the finder wrote."""
    place = (profile.path, profile.line, profile.column, profile.symbol, profile.context)
    said = (profile.title, profile.text, profile.family, profile.state, profile.observed)
    return (*said, *place, profile.component, profile.components, profile.remedies, _number(profile))


def _same_place(one: Profile, other: Profile) -> bool:
    """Whether two findings name one place in one file, by line, function or code."""
    if not one.path or not other.path or not same_file(one.path, other.path):
        return False
    return (one.line == other.line != 0) or (one.symbol == other.symbol != "") or (one.context == other.context != 0)


def _one_thing(one: Profile, other: Profile) -> bool | None:
    """Whether two reports are about one component, or one file where no component is known; None if that is open."""
    if one.components and other.components:
        return not set(one.components).isdisjoint(other.components)
    if one.path and other.path:
        return same_file(one.path, other.path)
    return None


@lru_cache(maxsize=4096)
def code_names(text: str) -> frozenset[str]:
    """Return the names in a text that look like code: ``snake_case``, ``camelCase``, ``a::b``, ``call()``."""
    names = (token.strip(".:/-") for token in _TOKEN.findall(text))
    return frozenset(name for name in names if 2 < len(name) < _LONGEST_NAME and _CODE.fullmatch(name))
