"""Groups formed anew: when a fact that was one flaw's turns out to be several flaws', and when a person says so.

Everything here happens inside the caller's transaction, which holds the lock of :class:`~.models.Head`.
"""

from collections.abc import Iterable

from clearinghouse.identity.forest import Edge, Grove
from clearinghouse.identity.index import MemoryIndex
from clearinghouse.records.link import Reason
from clearinghouse.server.vulnerabilities.bulk import Table, execute_in, select_in
from clearinghouse.server.vulnerabilities.grouping import Grouping
from clearinghouse.server.vulnerabilities.models import LinkKind
from clearinghouse.server.vulnerabilities.window import Kept, Window
from clearinghouse.triage.judging import Judge

_REASONS = tuple(Reason)
_ROUNDS = 8
"""How often groups are added that spare links lead to; each round may bring further ones."""
_DEMOTED = 0.5
"""Score of a suggestion that was a link of equal words until these turned out to be several flaws'."""
_LINKS = Table("vulnerabilities_link", id="bigint[]", kind="smallint[]", score="double precision[]", fact="bigint[]")
_RESTED = """SELECT DISTINCT f.vulnerability_id FROM vulnerabilities_link l
    JOIN vulnerabilities_finding f ON f.id = l.later_id WHERE l.fact IN {values} AND l.kind = %s"""
_FINDINGS = "SELECT id, vulnerability_id FROM vulnerabilities_finding WHERE vulnerability_id IN {values}"
_EDGES = """SELECT id, later_id, earlier_id, reason, score, fact, kind FROM vulnerabilities_link
    WHERE later_id IN {values} AND kind <> %s ORDER BY id"""
_ON = """SELECT DISTINCT f.vulnerability_id FROM vulnerabilities_link l
    JOIN vulnerabilities_finding f ON f.id = l.earlier_id WHERE l.later_id IN {values} AND l.kind = %s"""
_BACK = """SELECT DISTINCT f.vulnerability_id FROM vulnerabilities_link l
    JOIN vulnerabilities_finding f ON f.id = l.later_id WHERE l.earlier_id IN {values} AND l.kind = %s"""
_SAID = "SELECT later_id, earlier_id FROM vulnerabilities_link WHERE later_id IN {values} AND kind = %s"


def take_back(facts: Iterable[int], judge: Judge) -> None:
    """Divide what rested on facts that turned out to be shared.

    Args:
        facts: their stored keys.
    """
    wanted = sorted(set(facts))
    roots = {root for (root,) in select_in(_RESTED, wanted, LinkKind.JOINS)}
    if roots:
        regroup(roots, judge, fallen=frozenset(wanted))
    execute_in("DELETE FROM vulnerabilities_link WHERE fact IN {values} AND kind <> %s", wanted, LinkKind.JOINS)


def regroup(roots: Iterable[int], judge: Judge, fallen: frozenset[int] = frozenset()) -> None:
    """Form the vulnerabilities with these ids anew out of the links that stand.

    Args:
        roots: ids of vulnerabilities. fallen: stored keys of facts whose links do not stand any more. Only then do
            spare links take the place of those that fell; what a person divides stays divided.
    """
    _Regrouping(judge, fallen).run(set(roots))


def rerank(roots: Iterable[int], judge: Judge) -> None:
    """Bring the rows of vulnerabilities up to date whose findings are the same and say something else."""
    wanted = set(roots)
    before = dict(select_in(_FINDINGS, wanted))
    window = _window(before, wanted)
    groups: dict[int, list[int]] = {}
    for ordinal in sorted(before):
        groups.setdefault(before[ordinal], []).append(ordinal)
    provisional = {root for root in groups if window.groups[root].provisional}
    Grouping(window, before, judge).write(list(groups.values()), provisional)


def _window(findings: Iterable[int], roots: set[int]) -> Window:
    """All of some vulnerabilities, every finding in a group of its own."""
    window = Window({}, MemoryIndex(), (), Kept())  # type: ignore[arg-type]  # nothing is looked up in it
    window.load_groups(roots, whole=True)
    window.grove = window.forest = Grove()
    for ordinal in findings:
        window.grove.plant(ordinal, ordinal)
    return window


class _Regrouping:
    def __init__(self, judge: Judge, fallen: frozenset[int]) -> None:
        self._judge = judge
        self._fallen = fallen
        self._kinds: dict[int, LinkKind] = {}

    def run(self, roots: set[int]) -> None:
        roots, before = _closure(roots) if self._fallen else (roots, dict(select_in(_FINDINGS, roots)))
        window = _window(before, roots)
        joins, spares = self._edges(before)
        settled = self._settled(window, joins, spares if self._fallen else [])
        self._write_links([*joins, *spares], settled)
        provisional = {settled.root(edge.later) for edge in settled.edges if edge.key}
        Grouping(window, before, self._judge).write(settled.groups(), provisional)

    def _edges(self, findings: dict[int, int]) -> tuple[list[Edge], list[Edge]]:
        """Links between findings, oldest first; the explanation of each is its primary key."""
        joins: list[Edge] = []
        spares: list[Edge] = []
        for number, later, earlier, reason, score, fact, kind in select_in(_EDGES, findings, LinkKind.SUGGESTION):
            if earlier in findings:
                self._kinds[number] = LinkKind(kind)
                edge = Edge(later, earlier, _REASONS[reason], score, str(number), fact)
                (joins if kind == LinkKind.JOINS else spares).append(edge)
        return joins, spares

    def _stands(self, edge: Edge) -> bool:
        return not edge.key or edge.key not in self._fallen

    def _settled(self, window: Window, joins: list[Edge], spares: list[Edge]) -> Grove:
        """What stands: joins in their order, then spare links that nothing forbids any more."""
        settled = window.grove.divided()
        for edge in filter(self._stands, joins):
            settled.join(edge)
        known = window.contradictions_of(settled)
        for edge in filter(self._stands, spares):
            one, other = settled.root(edge.later), settled.root(edge.earlier)
            if one == other:
                continue
            a, b = window.profile(edge.later), window.profile(edge.earlier)
            if known.between(one, other, a, b, edge.reason) is None:
                settled.join(edge)
                known.joined(one, other, a, b, settled.root(one))
        return settled

    def _write_links(self, edges: list[Edge], settled: Grove) -> None:
        standing = {edge.explanation for edge in settled.edges}
        fell = [e for e in edges if self._kind(e) == LinkKind.JOINS and e.explanation not in standing]
        rose = [e for e in edges if self._kind(e) == LinkKind.SPARE and e.explanation in standing]
        demoted = self._demoted(fell)
        _LINKS.update([(int(edge.explanation), LinkKind.SUGGESTION, _DEMOTED, 0) for edge in demoted])
        gone = [int(edge.explanation) for edge in fell if edge not in demoted]
        execute_in("DELETE FROM vulnerabilities_link WHERE id IN {values}", gone)
        _LINKS.update([(int(edge.explanation), LinkKind.JOINS, edge.score, edge.key) for edge in rose])

    def _kind(self, edge: Edge) -> LinkKind:
        return self._kinds[int(edge.explanation)]

    def _demoted(self, fell: list[Edge]) -> list[Edge]:
        """Links of equal words that fell: still worth a person's look, each pair once."""
        words = [edge for edge in fell if edge.reason is Reason.TEXT and not self._stands(edge)]
        said = set(select_in(_SAID, {edge.later for edge in words}, LinkKind.SUGGESTION))
        found: dict[tuple[int, int], Edge] = {}
        for edge in words:
            if (edge.later, edge.earlier) not in said:
                found.setdefault((edge.later, edge.earlier), edge)
        return list(found.values())


def _closure(roots: set[int]) -> tuple[set[int], dict[int, int]]:
    """Add the vulnerabilities to which spare links lead, and return all with their findings."""
    for _ in range(_ROUNDS):
        findings = dict(select_in(_FINDINGS, roots))
        reached = {root for text in (_ON, _BACK) for (root,) in select_in(text, findings, LinkKind.SPARE)}
        if reached <= roots:
            break
        roots = roots | reached
    return roots, dict(select_in(_FINDINGS, roots))
