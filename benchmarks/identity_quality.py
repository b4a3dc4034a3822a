"""How often identity is right, on corpora whose truth is known from elsewhere.

    CLEARINGHOUSE_DATA=... python benchmarks/identity_quality.py [--json FILE]

* Public advisories (PyPA, Bitnami, Go): records that name a common CVE or GHSA are the same flaw. All identifiers
  and aliases are hidden, in texts and addresses too; the rest has to find the pairs again.
* The same records as prose: everything that makes them advisories is taken away (identifiers, addresses, fixes), as if
  three finders had sent what they wrote: each in one report, then each finding in a file of its own under a number.
* OSS-Fuzz records: those that were fixed by one commit are the same flaw (noisy: roll-ups, wrong bisections). Fixing
  commits and lists of affected versions, which follow from them, are hidden.
* Real SARIF logs beside jittered copies of themselves, in the ways named in each row.

Pairs are counted: precision is the share of joined pairs that are right, recall the share of right pairs that are
joined. Beside each stands what a plain rule makes of the same input in the same run.
"""

import argparse
import json
import os
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from clearinghouse.formats.registry import read_paths
from clearinghouse.identity import Identifier
from clearinghouse.identity.engine import default_layers
from clearinghouse.records import Finding, Reason

SARIF_LOGS = (
    "sarif/semgrepowasp-benchmark-sample.sarif",
    "sarif/issue_10191.json",
    "sarif/spotbugs.sarif",
    "snyk_code/single_project_many_vulns.json",
)


class Score(NamedTuple):
    """Counts of pairs: joined, joined rightly, and right in truth."""

    joined: int
    right: int
    truth: int

    def row(self) -> dict[str, float]:
        """Precision and recall with the counts they come from."""
        return {
            "precision": self.right / self.joined if self.joined else float("nan"),
            "recall": self.right / self.truth if self.truth else float("nan"),
            "joined": self.joined,
            "truth": self.truth,
        }


def pairs_in(sizes: Iterable[int]) -> int:
    """Number of pairs within groups of these sizes."""
    return sum(size * (size - 1) // 2 for size in sizes)


def score(groups: Iterable[Sequence[int]], truth: Sequence[Hashable]) -> Score:
    """Compare groups of positions with the truth of each position."""
    joined = right = 0
    for group in groups:
        joined += pairs_in([len(group)])
        right += pairs_in(Counter(truth[at] for at in group).values())
    return Score(joined, right, pairs_in(Counter(truth).values()))


def identify(
    reports: Sequence[Sequence[Finding]], truth: Sequence[Hashable], *, aliases: bool, without: Reason | None = None
) -> dict[str, Any]:
    """Run identity; return the score of its groups, and of each layer's links and of the suggestions."""
    layers = [layer for layer in default_layers(aliases=aliases) if layer.reason is not without]
    identifier = Identifier(aliases=aliases, layers=layers)
    for report in reports:
        identifier.add(report)
    result = identifier.result()
    place = {profile.id: at for at, profile in enumerate(identifier.profiles)}
    made: dict[str, Any] = {"groups": score(result.groups, truth).row(), "links": {}, "suggestions": {}}
    for kind, links in (("links", result.links), ("suggestions", result.suggestions)):
        total: Counter[str] = Counter()
        right: Counter[str] = Counter()
        for link in links:
            total[link.reason.value] += 1
            right[link.reason.value] += truth[place[link.from_id]] == truth[place[link.to_id]]
        made[kind] = {name: {"count": n, "precision": right[name] / n} for name, n in sorted(total.items())}
    return made


def union(count: int, shared: Iterable[Sequence[int]]) -> list[int]:
    """Return a group number for each position, joining those that stand in one sequence."""
    parent = list(range(count))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    for members in shared:
        for member in members[1:]:
            parent[root(member)] = root(members[0])
    return [root(at) for at in range(count)]


def by(keys: Iterable[Iterable[Hashable]]) -> list[list[int]]:
    """Group positions by each of their keys."""
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for at, some in enumerate(keys):
        for key in some:
            groups[key].append(at)
    return list(groups.values())


def read(*paths: Path) -> list[Finding]:
    """Return the findings of all documents in order."""
    return [record for report in read_paths(paths) for record in report.records if isinstance(record, Finding)]


def alias_groups(data: Path) -> tuple[list[Finding], list[int]]:
    """Return the advisories and, for each, the number of its group of aliases."""
    folder = data / "advisories"
    found = read(folder / "pypa", folder / "bitnami", folder / "go")
    return found, union(len(found), by([i for i in f.identifiers if i.startswith(("CVE-", "GHSA-"))] for f in found))


def prose(data: Path) -> dict[str, Any]:
    """Let three finders describe the flaws in words alone."""
    found, truth = alias_groups(data)
    bare: dict[str, Any] = {"advisory": None, "identifiers": (), "references": (), "remedies": (), "rule": None}
    told = [replace(f, **bare, native_id=f"{f.finder} {at}", index=at) for at, f in enumerate(found)]
    finders = by([f.finder] for f in told)
    reports = [[replace(told[at], source=told[at].finder) for at in members] for members in finders]
    order = [truth[at] for members in finders for at in members]
    equal = by([(f.components[0].name.lower(), f.description)] if f.components else [] for f in told)
    return {
        "records": len(told),
        "rows": {
            "one report a finder": identify(reports, order, aliases=False),
            "one file a finding": identify([[f] for f in told], truth, aliases=False),
            "beside: equal component and description": {"groups": score(equal, truth).row()},
        },
    }


def advisories(data: Path) -> dict[str, Any]:
    """Hide identifiers and find the alias pairs again."""
    found, truth = alias_groups(data)
    rows = {"all layers, identifiers hidden": identify([[f] for f in found], truth, aliases=False)}
    for reason in (Reason.TEXT, Reason.REMEDY):
        rows[f"without {reason.value}"] = identify([[f] for f in found], truth, aliases=False, without=reason)
    shuffled = list(range(len(found)))
    random.Random(1).shuffle(shuffled)
    rows["in another order"] = identify([[found[at]] for at in shuffled], [truth[at] for at in shuffled], aliases=False)
    rows["identifiers shown"] = identify([[f] for f in found], truth, aliases=True)
    names = [[(f.components[0].name.lower(), f.title)] if f.components else [] for f in found]
    rows["beside: equal component and title"] = {"groups": score(by(names), truth).row()}
    small = [at for at, f in enumerate(found) if f.finder in ("PyPA", "Bitnami")]
    part = [found[at] for at in small]
    rows["PyPA and Bitnami only"] = identify([[f] for f in part], [truth[at] for at in small], aliases=False)
    return {"records": len(found), "rows": rows}


def _without_fix(finding: Finding) -> Finding:
    advisory = finding.advisory
    if advisory is None:
        return finding
    affected = tuple(
        replace(
            a, versions=(), ranges=tuple(replace(r, events=tuple(e for e in r.events if not e.fixed)) for r in a.ranges)
        )
        for a in advisory.affected
    )
    return replace(finding, remedies=(), advisory=replace(advisory, affected=affected))


def _events(finding: Finding, name: str) -> list[tuple[str, str]]:
    component = finding.components[0].name if finding.components else ""
    spans = [r for a in finding.advisory.affected for r in a.ranges] if finding.advisory else []
    return [(component, value) for r in spans for e in r.events if (value := getattr(e, name)) and value != "0"]


def oss_fuzz(data: Path) -> dict[str, Any]:
    """Hide the fix and see which crashes with one cause are suggested."""
    found = read(data / "oss-fuzz-vulns")
    truth = union(len(found), by(_events(f, "fixed") for f in found))
    hidden = [_without_fix(f) for f in found]
    rows = {"all layers, fix hidden": identify([[f] for f in hidden], truth, aliases=False)}
    rows["all layers, fix shown"] = identify([[f] for f in found], truth, aliases=False)
    rules: dict[str, Callable[[Finding], list[Hashable]]] = {
        "beside: type and three frames": lambda f: [(_name(f), f.crash.type, f.crash.state)] if f.crash else [],
        "beside: top frame": lambda f: [(_name(f), f.crash.state[:1])] if f.crash and f.crash.state else [],
        "beside: introducing commit": lambda f: list(_events(f, "introduced")),
        "beside: introducing commit and top frame": lambda f: [
            (*event, f.crash.state[:1]) for event in _events(f, "introduced") if f.crash and f.crash.state
        ],
    }
    for name, rule in rules.items():
        distinct = {pair for group in by(rule(f) for f in found) for pair in combinations(group, 2)}
        right = sum(truth[a] == truth[b] for a, b in distinct)
        rows[name] = {"groups": Score(len(distinct), right, pairs_in(Counter(truth).values())).row()}
    return {"records": len(found), "rows": rows}


def _name(finding: Finding) -> str:
    return finding.components[0].name if finding.components else ""


class Jitter(NamedTuple):
    """A stated change: share of results copied, prefix, lines moved by (least, most), words replaced, finder."""

    name: str
    share: float = 1.0
    prefix: str = ""
    least: int = 0
    most: int = 0
    words: int = 0
    finder: str = ""


JITTERS = (
    Jitter("the log alone", share=0.0),
    Jitter("all lines plus seven", least=7, most=7),
    Jitter("plus seven, absolute prefix", prefix="/build/ws/", least=7, most=7),
    Jitter("plus seven, prefix, 2 words", prefix="repo-main/", least=7, most=7, words=2),
    Jitter("one in five, lines plus 1 to 12", share=0.2, least=1, most=12),
    Jitter("one in five, plus seven, other finder", share=0.2, least=7, most=7, finder="Other"),
    Jitter("each line moved alone, -3 to 40", least=-3, most=40),
)


def jittered(finding: Finding, how: Jitter, rng: random.Random) -> Finding:
    """Return the copy that another finder or a later scan would report."""
    shift = rng.randint(how.least, how.most)
    places = tuple(
        replace(
            place, path=how.prefix + place.path if place.path else "", line=place.line + shift if place.line else None
        )
        for place in finding.locations
    )
    words = finding.description.split(" ")
    for _ in range(how.words):
        words[rng.randrange(len(words))] = rng.choice(("possibly", "the", "likely", "data", "input"))
    return replace(
        finding,
        source="copy",
        locations=places,
        description=" ".join(words),
        finder=how.finder or finding.finder,
        fingerprints=() if how.words or how.finder else finding.fingerprints,
    )


def sarif(data: Path) -> dict[str, Any]:
    """Put each log beside a jittered copy of itself."""
    logs = [read(data / "scanner-reports" / name) for name in SARIF_LOGS]
    rows: dict[str, Any] = {}
    for how in JITTERS:
        total = Score(0, 0, 0)
        plain = Score(0, 0, 0)
        suggested = right_suggestions = 0
        for log in logs:
            rng = random.Random(5)
            chosen = [at for at in range(len(log)) if rng.random() < how.share]
            copies = [jittered(log[at], how, rng) for at in chosen]
            truth = [*range(len(log)), *chosen]
            identifier = Identifier()
            identifier.add(log)
            identifier.add(copies)
            result = identifier.result()
            total = Score(*(a + b for a, b in zip(total, score(result.groups, truth), strict=True)))
            place = {profile.id: at for at, profile in enumerate(identifier.profiles)}
            suggested += len(result.suggestions)
            right_suggestions += sum(truth[place[s.from_id]] == truth[place[s.to_id]] for s in result.suggestions)
            exact = by(
                [(f.title, f.locations[0].path, f.locations[0].line, f.description)] if f.locations else []
                for f in (*log, *copies)
            )
            plain = Score(*(a + b for a, b in zip(plain, score(exact, truth), strict=True)))
        rows[how.name] = {
            "groups": total.row(),
            "suggestions": {"location": {"count": suggested, "precision": right_suggestions / max(suggested, 1)}},
            "beside": plain.row(),
        }
    return {"records": sum(map(len, logs)), "rows": rows}


def show(title: str, measured: dict[str, Any]) -> None:
    """Print one corpus as a table."""
    print(f"\n{title} ({measured['records']:,} findings)")
    for name, row in measured["rows"].items():
        groups = row["groups"]
        line = f"  {name:42} precision {groups['precision']:.4f} recall {groups['recall']:.4f} of {groups['truth']:,}"
        if "beside" in row:
            line += (
                f"   [equal title, path, line and text: {row['beside']['precision']:.4f} {row['beside']['recall']:.4f}]"
            )
        print(line)
        for kind in ("links", "suggestions"):
            for reason, link in row.get(kind, {}).items():
                if link["count"]:
                    print(f"      {kind:12} {reason:12} {link['count']:>6,}  precision {link['precision']:.4f}")


def main() -> None:
    """Measure all corpora."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    folder = os.environ.get("CLEARINGHOUSE_DATA")
    if not folder:
        print("skipped: CLEARINGHOUSE_DATA names no folder, and the labelled corpora are not part of the project")
        return
    data = Path(folder)
    measured = {
        "Public advisories, alias pairs": advisories(data),
        "The same as prose": prose(data),
        "OSS-Fuzz, one fix": oss_fuzz(data),
        "SARIF, jittered copies": sarif(data),
    }
    for title, rows in measured.items():
        show(title, rows)
    if arguments.json:
        arguments.json.write_text(json.dumps(measured, indent=2))


if __name__ == "__main__":
    main()
