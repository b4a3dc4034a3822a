"""The part of all findings that one batch meets, loaded for the time of one transaction.

Only who holds the lock of :class:`~.models.Head` links, so that what was loaded stays true until it is written back.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from clearinghouse.identity.contradiction import Contradictions
from clearinghouse.identity.forest import Forest, Grove
from clearinghouse.identity.index import Earlier
from clearinghouse.identity.layer import Layer
from clearinghouse.identity.linking import Linker
from clearinghouse.identity.profile import Profile
from clearinghouse.records import State
from clearinghouse.server.evidence import vault
from clearinghouse.server.vulnerabilities.bulk import as_read, select_in
from clearinghouse.server.vulnerabilities.candidates import BatchIndex
from clearinghouse.server.vulnerabilities.profiles import Stored, unpacked

MOST_MEMBERS = 320
"""Members of a vulnerability that are loaded: of a larger one the newest, its oldest, those that share a key with the
batch, and those that a person told apart from something."""
_COLUMNS = """SELECT f.id, f.vulnerability_id, f.profile, r.id, r.envelope_id, r.submitter_id, r.received_at,
    f.number FROM vulnerabilities_finding f JOIN intake_report r ON r.id = f.report_id """
_BY_ID = _COLUMNS + "WHERE f.id IN {values}"
_BY_GROUP = _COLUMNS + "WHERE f.vulnerability_id IN {values} ORDER BY f.id"
_NEWEST = _COLUMNS + "WHERE f.vulnerability_id IN {values} ORDER BY f.id DESC LIMIT %s"
_GROUPS = """SELECT v.id, v.findings, v.provisional, v.condition, v.tier, v.due, v.rank, v.named, v.tlp,
    v.embargo_until, v.first_seen, v.last_seen FROM vulnerabilities_vulnerability v WHERE v.id IN {values}"""
_DIVIDED = """SELECT d.one_id, d.other_id FROM vulnerabilities_division d
    JOIN vulnerabilities_finding f ON f.id = d.one_id WHERE f.vulnerability_id IN {values}"""


class Member(msgspec.Struct, frozen=True, gc=False):
    """A finding that is loaded: what was kept of it, who reported it and when."""

    stored: Stored
    submitter: int
    received: dt.datetime


class Group(msgspec.Struct, gc=False):
    """The row of a vulnerability that is loaded."""

    findings: int
    provisional: bool
    condition: int
    tier: int
    due: dt.date | None
    rank: bytes
    named: bool
    tlp: int
    embargo_until: dt.datetime | None
    first_seen: dt.datetime
    last_seen: dt.datetime


def groups_of(numbers: Sequence[int]) -> dict[int, Group]:
    """Return the rows of vulnerabilities, by id."""
    found = {}
    for number, *fields in select_in(_GROUPS, numbers):
        *rest, embargo, first, last = fields
        found[number] = Group(*rest, as_read(embargo), as_read(first), as_read(last))  # type: ignore[call-arg]
    return found


def context_of(report: int, number: int) -> bytes:
    """Return what a finding's sealed profile is bound to."""
    return b"profile:%d:%d" % (report, number)


def _purged(ordinal: int) -> Profile:
    """What stands for a finding whose content was destroyed: nothing compares as equal to it or contradicts it."""
    nobody = ("", f"purged {ordinal}")
    return Profile(ordinal=ordinal, source="", index=0, run=nobody, title="", component="", state=State.WITHDRAWN)


class Window(Linker):
    """Links one batch with what the database has under its keys.

    Args:
        members: the batch, by ordinal. index: candidates of this batch. layers: as for the linker.
        kept: profiles of findings that were loaded for earlier batches; a profile never changes.

    Attributes:
        members: findings whose content is loaded, by ordinal. groups: rows of the vulnerabilities that are loaded.
        grove: which finding is in which group. recalled: sole facts that were known before to be several flaws'.
    """

    def __init__(
        self, members: dict[int, Member], index: BatchIndex, layers: Sequence[Layer], kept: "Kept | None" = None
    ) -> None:
        self.members = members
        self.batch = frozenset(members)
        self.groups: dict[int, Group] = {}
        self._kept = kept if kept is not None else Kept()
        self._batch_index = index
        self.recalled: set[int] = set()
        profiles: dict[int, Profile] = {ordinal: member.stored.profile for ordinal, member in members.items()}
        super().__init__(profiles, index, layers)
        self._mine = profiles
        self.grove = Grove()
        self.forest = self.grove
        for ordinal in members:
            self.grove.plant(ordinal, ordinal)

    def recall(self, keys: Sequence[int], earlier: Iterable[Earlier]) -> None:
        """Load every finding that shares a key with the batch, and the groups that these are in."""
        asked: set[int] = set()
        for found in earlier:
            if found:
                asked.update((found,) if isinstance(found, int) else found)
        asked -= self.batch
        self._recall_shared(keys)
        self.load(asked)

    def _recall_shared(self, keys: Sequence[int]) -> None:
        stored = self._batch_index.stored
        raw = {stored[key]: key for key in keys}
        statement = "SELECT key FROM vulnerabilities_sharedfact WHERE key IN {values}"
        self.recalled = {raw[key] for (key,) in select_in(statement, raw)}
        self.shared_facts |= self.recalled

    def load(self, ordinals: Iterable[int]) -> None:
        """Load findings with their whole groups, as far as :data:`MOST_MEMBERS` goes."""
        statement = "SELECT id, vulnerability_id FROM vulnerabilities_finding WHERE id IN {values}"
        asked = dict(select_in(statement, ordinals))
        self.load_groups(set(asked.values()), asked)

    def load_groups(self, roots: Iterable[int], asked: Mapping[int, int] = {}, *, whole: bool = False) -> None:
        """Load vulnerabilities by id, with their members.

        Args:
            asked: findings that are wanted in any case, and their vulnerabilities. whole: all of large ones too.
        """
        wanted = [root for root in roots if root not in self.groups]
        self.groups |= groups_of(wanted)
        large = set() if whole else {root for root in wanted if self.groups[root].findings > MOST_MEMBERS}
        rows = select_in(_BY_GROUP, [root for root in wanted if root not in large])
        for root in large:
            rows += select_in(_NEWEST, [root], MOST_MEMBERS)
        if large:
            rows += select_in(_BY_ID, {*large, *(o for o, root in asked.items() if root in large)})
        self._take(rows)
        self._recall_divisions()
        self._know(wanted)

    def loaded(self) -> dict[int, int]:
        """Return how many findings of each group are loaded, those whose content is gone among them."""
        root = self.grove.root
        return Counter(root(ordinal) for ordinal in self._mine)

    def contradictions_of(self, forest: Forest) -> Contradictions:
        """See :meth:`Linker.contradictions_of`; what is not loaded contradicts nothing."""
        profile = self.profile
        return self.contradictions.regroup([profile(ordinal) for ordinal in group] for group in forest.groups())

    def profile(self, ordinal: int) -> Profile:
        """Return the profile of a finding that is loaded, or what stands for one whose content is gone."""
        return self._mine.get(ordinal) or _purged(ordinal)

    def _take(self, rows: list[tuple]) -> None:
        fresh = [row for row in rows if row[0] not in self._kept and row[2] is not None]
        sealers = vault.sealers({row[4] for row in fresh})
        for ordinal, root, sealed, report, envelope, submitter, received, number in rows:
            self.grove.plant(ordinal, root)
            member = self._kept.get(ordinal) if sealed is not None else None
            if member is None:
                if sealed is None or envelope not in sealers:
                    self._mine[ordinal] = _purged(ordinal)
                    continue
                opened = sealers[envelope].open(bytes(sealed), context_of(report, number))
                member = Member(unpacked(opened), submitter, as_read(received))  # type: ignore[arg-type]
                member.stored.profile.ordinal = ordinal
                self._kept.put(ordinal, member)
            self.members[ordinal] = member
            self._mine[ordinal] = member.stored.profile

    def _know(self, roots: Iterable[int]) -> None:
        together: dict[int, list[Profile]] = {root: [] for root in roots if self.groups[root].findings > 1}
        for ordinal, profile in self._mine.items():
            root = self.grove.root(ordinal)
            if root in together:
                together[root].append(profile)
        for root, profiles in together.items():
            self.contradictions.know(root, sorted(profiles, key=lambda profile: profile.ordinal))
            if self.groups[root].provisional:
                self.provisional.add(root)

    def _recall_divisions(self) -> None:
        pairs = select_in(_DIVIDED, self.groups)
        missing = {ordinal for pair in pairs for ordinal in pair if ordinal not in self._mine}
        self._take([row for row in select_in(_BY_ID, missing) if row[1] in self.groups])
        for one, other in pairs:
            if one in self._mine and other in self._mine:
                self.contradictions.divide(one, other)


class Kept:
    """Members that stay loaded from batch to batch of one report, bounded; the oldest go first."""

    def __init__(self, most: int = 200_000) -> None:
        self._most = most
        self._members: dict[int, Member] = {}

    def __contains__(self, ordinal: int) -> bool:
        return ordinal in self._members

    def get(self, ordinal: int) -> Member | None:
        """Return a member, if it is here."""
        return self._members.get(ordinal)

    def put(self, ordinal: int, member: Member) -> None:
        """Keep a member."""
        if len(self._members) >= self._most:
            for oldest in list(self._members)[: self._most // 10]:
                del self._members[oldest]
        self._members[ordinal] = member
