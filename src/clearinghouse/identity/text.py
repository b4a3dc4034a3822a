"""The same description.

Measured on public advisories (``docs/benchmarks.md``): records of different publishers that describe one flaw carry
the *same* words, because both quote the CVE text; records whose words are merely similar are almost always two
flaws of one component, described by one template (precision of word-set similarity of at least 0.95: 0.03). So an
advisory merges on equal words only, and only while no publisher has used these words for two records about one
component. Prose reports by finders have no such template; there, similar words on the same component and weakness
family are worth a person's look.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz import fuzz

from clearinghouse.identity.layer import Proposal
from clearinghouse.identity.normalise import key64, path_tails, same_file, words
from clearinghouse.identity.profile import Profile
from clearinghouse.records import Reason

_URL = re.compile(r"https?://\S+")
_TOKEN = re.compile(r"[\w:./-]++(?:\(\))?")
_CODE = re.compile(
    r"\w*_\w+|[a-z]+[A-Z]\w*|[\w:]+::\w+|[\w:.]+\(\)|[\w./-]+\.(?:c|cc|cpp|h|py|js|ts|go|rs|java|rb|php)"
)
_LONGEST_NAME = 200
_FEWEST_WORDS = 8
_SURE, _LIKELY = 0.97, 0.80
_COMPARED = 2048
"""How much of two texts is weighed against each other, in characters: the work grows with its square."""


class TextLayer:
    """Equal words of advisories anywhere; equal or similar words of prose within a component or file and weakness."""

    reason = Reason.TEXT
    prose_only = True
    most = 64

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

    def propose_sole(self, profile: Profile, candidate: Profile, fact: str) -> Proposal | None:
        """Merge advisories with equal words; other prose only about one thing, because finders write boilerplate."""
        text = f"Both descriptions have the same {fact}."
        if profile.published and candidate.published:
            return Proposal(candidate, 0.99, text, True)
        related = _one_thing(profile, candidate)
        if related is False:
            return None
        known = profile.family != "" and candidate.family != ""
        if related and not (known and profile.family != candidate.family):
            return Proposal(candidate, 0.98, text, True)
        return Proposal(candidate, 0.5, text, False)

    def propose(self, profile: Profile, candidates: Sequence[Profile]) -> Sequence[Proposal]:
        """Judge prose about the same component and weakness family."""
        made = []
        text = profile.text[:_COMPARED]
        mine = code_names(text)
        for candidate in candidates:
            if candidate.run == profile.run:
                continue
            said = candidate.text[:_COMPARED]
            theirs = code_names(said)
            ratio = fuzz.token_sort_ratio(text, said) / 100
            shared = sorted(mine & theirs)
            if ratio >= _SURE and mine == theirs:
                made.append(Proposal(candidate, 0.98, f"The descriptions agree in {ratio:.0%} of their text.", True))
            elif len(shared) >= 2 and 2 * len(shared) >= min(len(mine), len(theirs)):
                names = ", ".join(shared[:4])
                made.append(Proposal(candidate, 0.6, f"Same component and weakness; both name {names}.", False))
            elif ratio >= _LIKELY:
                told = f"Same component and weakness; the descriptions agree in {ratio:.0%} of their text."
                made.append(Proposal(candidate, 0.5, told, False))
        return sorted(made, key=lambda p: p.score, reverse=True)


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
