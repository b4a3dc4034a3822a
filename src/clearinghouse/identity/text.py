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

from rapidfuzz import fuzz

from clearinghouse.identity.layer import Proposal
from clearinghouse.identity.normalise import key64, path_tails, words
from clearinghouse.identity.profile import Profile
from clearinghouse.records import Reason

_URL = re.compile(r"https?://\S+")
_CODE = re.compile(
    r"\b(?:[A-Za-z0-9]+_[A-Za-z0-9_]+|[a-z]+[A-Z]\w+|\w+::\w+|\w+\(\)|[\w/-]+\.(?:c|cc|cpp|h|py|js|ts|go|rs|java|rb|php))\b"
)
_FEWEST_WORDS = 8
_SURE, _LIKELY = 0.97, 0.80
_COMPARED = 4096
"""How much of two texts is weighed against each other, in characters: the work grows with its square."""


class TextLayer:
    """Equal words anywhere; similar words within a component (or file) and weakness family."""

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
        """Merge what has equal words; they stop counting when a publisher has used them twice."""
        return Proposal(candidate, 0.99, f"Both descriptions have the same {fact}.", True)

    def propose(self, profile: Profile, candidates: Sequence[Profile]) -> Sequence[Proposal]:
        """Judge prose about the same component and weakness family."""
        made = []
        text = profile.text[:_COMPARED]
        mine = set(_CODE.findall(text))
        for candidate in candidates:
            if candidate.run == profile.run:
                continue
            said = candidate.text[:_COMPARED]
            theirs = set(_CODE.findall(said))
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
