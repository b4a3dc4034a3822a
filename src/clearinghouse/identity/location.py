"""The same place in the code, although lines moved and paths were given a prefix.

Two kinds of key. The *exact* key holds when nothing but line numbers and prefixes changed: file, rule, the code
or the symbol and message at the place, and which of how many such places it is in its run. The *near* keys only
find the other findings of the same rule or weakness family in the same file, which are then weighed.
"""

from collections.abc import Sequence
from operator import attrgetter, itemgetter
from typing import NamedTuple

from rapidfuzz import fuzz

from clearinghouse.identity.layer import Proposal
from clearinghouse.identity.normalise import key_of, path_parts, path_tails, same_file, shared_key, unmatched
from clearinghouse.identity.profile import Order, Profile
from clearinghouse.records import Reason

_NEAR_LINES = 30
"""How far a flaw may have moved when only its position among its likes tells it from them."""
_NEAR_IN_SYMBOL = 100
"""The same where the enclosing function is the same one too."""
_COMPARED = 512
"""How much of two messages is weighed against each other, in characters: the work grows with its square."""
_CROSS_TOOL_LINES = 3
"""How far apart two tools may put the same flaw (a statement's first line, its call, its sink)."""
_AMBIGUOUS_LINES = 5
_FAR = 1 << 30
_TELLING = 0.1
"""Difference in message likeness that decides between two candidates."""


class _Weight(NamedTuple):
    """How well a candidate fits, most telling first; compares as a tuple."""

    merges: bool
    context: bool
    symbol: bool
    position: bool
    message: float
    closeness: int  # lines between the two, negative

    @property
    def distance(self) -> int:
        """Lines between the two places."""
        return -self.closeness


def number_places(batch: Sequence[Profile]) -> None:
    """Set ``order`` and ``rule_order`` of each profile: which, by line, of how many likes of its run it is.

    This is what stands for the line number in every comparison, so that moving all lines changes nothing. Likes have
    one path and rule; for ``order`` one context or message too. Findings at exactly one place share a rank.
    """
    files: dict[str, list[Profile]] = {}
    for profile in batch:
        if profile.path:
            files.setdefault(profile.path, []).append(profile)
    for in_file in files.values():
        if len(in_file) > 1:
            _number_file(in_file)


def _number_file(in_file: list[Profile]) -> None:
    likes: dict[tuple[object, ...], list[Profile]] = {}
    for profile in in_file:
        likes.setdefault((profile.run, profile.rule or profile.family), []).append(profile)
    for members in likes.values():
        if len(members) > 1:
            for member, order in zip(members, _orders(members), strict=True):
                member.rule_order = order
            _number_alike(members)


def _number_alike(members: list[Profile]) -> None:
    alike: dict[object, list[Profile]] = {}
    for member in members:
        alike.setdefault(member.context or (member.symbol, member.message), []).append(member)
    for same in alike.values():
        if len(same) > 1:
            for member, order in zip(same, _orders(same), strict=True):
                member.order = order


def _orders(members: list[Profile]) -> list[Order]:
    """Sort likes by place, in place, and return the order of each."""
    members.sort(key=attrgetter("line", "column", "index"))
    ranks: list[int] = []
    rank, last, gap = -1, (-1, -1), _FAR
    for member in members:
        place = (member.line, member.column)
        if place != last:
            gap = min(gap, member.line - last[0]) if rank >= 0 else gap
            rank, last = rank + 1, place
        ranks.append(rank)
    return [Order(rank_, rank + 1, members[0].line, members[-1].line, gap) for rank_ in ranks]


def same_order(new: Order, old: Order) -> bool:
    """Whether both are the same one of equally many likes, and lines did not move so unevenly that this is a guess.

    Where the first of them moved by as much as the last, or by less than the smallest gap between two more or
    less, no order can have been exchanged.
    """
    if new.rank != old.rank or new.count != old.count:
        return False
    if new.count == 1:
        return True
    return abs((new.first - old.first) - (new.last - old.last)) < max(1, min(new.gap, old.gap))


class LocationLayer:
    """Same file, same rule or weakness family, same code, symbol or position."""

    reason = Reason.LOCATION
    prose_only = False

    def keys(self, profile: Profile) -> Sequence[int]:
        """The exact key and the near keys, for each ending under which the path may be known."""
        if not profile.path or not (profile.rule or profile.family):
            return ()
        rule, family = profile.rule, profile.family
        what = profile.context or f"{profile.symbol}\x1f{profile.message}"
        place = f"\x1f{rule}\x1f{what}\x1f{profile.order.rank}\x1f{profile.order.count}"
        found = []
        for tail in path_tails(profile.path):
            if rule:
                found.append(key_of((tail + place).encode("utf-8", "replace")))
            found.append(shared_key("near", tail, family or rule))
        return found

    def propose(self, profile: Profile, candidates: Sequence[Profile]) -> Sequence[Proposal]:
        """Weigh the candidates; of each run merge with the best if no other of it comes close, else suggest."""
        weighed = [(w, candidate) for candidate in candidates if (w := _weigh(profile, candidate)) is not None]
        if not weighed:
            return ()
        if len(weighed) > 1:
            weighed.sort(key=itemgetter(0), reverse=True)
        if len(weighed) == 1:
            return [_proposal(profile, weighed)]
        runs: dict[tuple[str, str], list[tuple[_Weight, Profile]]] = {}
        for weight, candidate in weighed:
            runs.setdefault(candidate.run, []).append((weight, candidate))
        return [_proposal(profile, _closest_file(profile, of_run)) for of_run in runs.values()]


def _closest_file(profile: Profile, weighed: list[tuple[_Weight, Profile]]) -> list[tuple[_Weight, Profile]]:
    """Keep those of one run's candidates whose path fits best: its ``app.py`` and ``lib/app.py`` are two files."""
    if len({candidate.path for _, candidate in weighed}) == 1:
        return weighed
    fits = [unmatched(profile.path, candidate.path) for _, candidate in weighed]
    least = min(fits)
    return [one for one, fit in zip(weighed, fits, strict=True) if fit == least]


def _proposal(profile: Profile, weighed: Sequence[tuple[_Weight, Profile]]) -> Proposal:
    """Propose the best of one run's candidates; a suggestion if choosing it would be a guess."""
    best, candidate = weighed[0]
    here = (candidate.line, candidate.column)  # what is at the very same place is the same choice
    rivals = sum(_rivals(best, weight) for weight, other in weighed[1:] if (other.line, other.column) != here)
    if rivals:
        return Proposal(candidate, 0.5, _explain(profile, candidate, best, rivals), False)
    score = (0.99 if best.context else 0.98) if best.merges else 0.6
    return Proposal(candidate, score, _explain(profile, candidate, best), best.merges)


def _rivals(best: _Weight, other: _Weight) -> bool:
    """Whether a second candidate of the same run fits so nearly as well that the choice would be a guess."""
    if best.position > other.position or best.message - other.message > _TELLING:
        return False
    if best.message == 1.0 > other.message or best.context > other.context or best.symbol > other.symbol:
        return False
    return other.distance <= 3 * best.distance + _AMBIGUOUS_LINES


def _weigh(new: Profile, old: Profile) -> _Weight | None:
    """Compare two findings that may be at the same place; None if they cannot be the same flaw."""
    same_rule = new.rule == old.rule and new.rule != ""
    if not same_rule and (new.family != old.family or not new.family):
        return None
    if new.symbol != old.symbol and new.symbol and old.symbol:
        return None
    if new.crash is not None and old.crash is not None:
        return None  # where crashes end says little; their stacks say more
    if new.run[1] == old.run[1] and not same_rule:
        return None  # one tool, two rules: the tool says that they are two things
    if new.run == old.run:
        return _twice(new, old)
    if not same_file(new.path, old.path):
        return None
    if new.context and old.context and new.context != old.context:
        return None
    return _weigh_rule(new, old) if same_rule else _weigh_family(new, old)


def _twice(new: Profile, old: Profile) -> _Weight | None:
    """Within one run only the very same place counts; otherwise the finder has told the two apart."""
    same = (new.line, new.column, new.message, new.rule) == (old.line, old.column, old.message, old.rule)
    if not same or not new.line or (new.path != old.path and path_parts(new.path) != path_parts(old.path)):
        return None
    return _Weight(True, True, True, True, 1.0, 0)


def _weigh_rule(new: Profile, old: Profile) -> _Weight | None:
    context = new.context != 0 and new.context == old.context
    symbol = new.symbol != "" and new.symbol == old.symbol
    # else the two orders number different things
    alike = context or (new.message, new.symbol, new.context) == (old.message, old.symbol, old.context)
    position = same_order(new.order, old.order) if alike else _same_of_rule(new, old)
    message = 1.0 if context else _likeness(new, old)
    distance = abs(new.line - old.line)
    near = distance <= _NEAR_LINES
    if context:
        merges = position or near
    elif message < 0.6:
        return None
    elif symbol:
        merges = position or distance <= _NEAR_IN_SYMBOL
    else:
        alone = new.rule_order.count == 1 == old.rule_order.count
        merges = (message >= 0.8 and (near or position)) or (alone and near)
    return _Weight(merges, context, symbol, position, message, -distance)


def _same_of_rule(new: Profile, old: Profile) -> bool:
    """Whether both are the same one of all places of their rule in the file; one alone says nothing about messages."""
    return new.rule_order.count > 1 and same_order(new.rule_order, old.rule_order)


def _likeness(new: Profile, old: Profile) -> float:
    """How alike two messages are, 0 to 1; 1 only for equal ones (numbers apart)."""
    if new.message == old.message:
        return 1.0
    return min(0.99, fuzz.token_set_ratio(new.text[:_COMPARED], old.text[:_COMPARED]) / 100)


def _weigh_family(new: Profile, old: Profile) -> _Weight | None:
    context = new.context != 0 and new.context == old.context
    symbol = new.symbol != "" and new.symbol == old.symbol
    known = new.line > 0 and old.line > 0
    distance = abs(new.line - old.line) if known else _NEAR_LINES
    message = _likeness(new, old)
    near = known and distance <= _CROSS_TOOL_LINES
    merges = context or near or (symbol and (distance <= _NEAR_LINES or message >= 0.5))
    if not merges and (distance > _NEAR_LINES or message < 0.4):
        return None
    return _Weight(merges, context, symbol, near, message, -distance)


def _explain(new: Profile, old: Profile, weight: _Weight, rivals: int = 0) -> str:
    same = ["rule " + new.rule if new.rule and new.rule == old.rule else "weakness family " + new.family]
    if weight.context:
        same.append("the same code")
    if weight.symbol and new.symbol:
        same.append(f"function {new.symbol}")
    if new.order.count > 1 and weight.position:
        same.append(f"number {new.order.rank + 1} of {new.order.count} such places")
    moved = f"; line {old.line} became {new.line}" if new.line and old.line and new.line != old.line else ""
    text = f"Same file ({new.path}), {', '.join(same)}{moved}."
    return text + (f" {rivals} other place(s) fit as well." if rivals else "")
