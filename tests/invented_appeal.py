"""The folder of an assessment in which a determination is reconsidered, made without a box and without a model.

Pool, plan, draws and signatures are real ones. Attempts are invented: they stand in the table, and there are no logs of
them, as in the copy of a package for whoever is not given the logs.
"""

import datetime as dt
import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from clearinghouse.evaluation.assessment import document, verifier
from clearinghouse.evaluation.assessment import folder as places
from clearinghouse.evaluation.assessment.computed import compute
from clearinghouse.evaluation.assessment.drawn import drawn_domain
from clearinghouse.evaluation.assessment.facts import Assessment
from clearinghouse.evaluation.assessment.logged import ASSESSED
from clearinghouse.evaluation.assessment.parts import with_parts
from clearinghouse.evaluation.assessment.rows import Row, table_bytes
from clearinghouse.evaluation.assessment.tabled import gather_table
from clearinghouse.evaluation.assessment.verifier import Sound
from clearinghouse.evaluation.determination import acting
from clearinghouse.evaluation.determination.events import Act, next_event
from clearinghouse.evaluation.determination.folder import Held, held_in
from clearinghouse.evaluation.determination.package.building import make_list, pack
from clearinghouse.evaluation.determination.package.checks.told import NOT_TOLD
from clearinghouse.evaluation.determination.reconsideration import ask, assign, reconsidered
from clearinghouse.evaluation.determination.record import Audience, Person, Review
from clearinghouse.evaluation.determination.signing import Signed
from clearinghouse.evaluation.ledger.chain import Chain
from clearinghouse.evaluation.ledger.heads import keep_head
from clearinghouse.evaluation.ledger.times import stamp
from clearinghouse.evaluation.plan.signing import LOG, check, commit
from clearinghouse.evaluation.plan.thresholds import Opening, commit_to
from clearinghouse.evaluation.pools import ceremony
from clearinghouse.evaluation.pools.beacon import Spoken, round_after
from clearinghouse.evaluation.pools.exposure import record_of
from clearinghouse.evaluation.pools.making import Wish, keep, make
from clearinghouse.evaluation.pools.manifest import Policy, load
from clearinghouse.evaluation.pools.opening import opened
from clearinghouse.evaluation.pools.sealed import PoolTask
from clearinghouse.evaluation.pools.split import development
from clearinghouse.evaluation.running.ending import Ended
from clearinghouse.evaluation.tasks.practice import practice
from clearinghouse.trust.keys import KeyRing, PublicKey
from invented_folder import AGENT, DOMAIN, LARGE, SMALL, drawn_in, plan_text
from invented_plan import signing
from invented_pool import NAMES, NOW, identity, shares_of

FAMILIES, FIRST, FRESH = 68, 22, 10
"""Families of the pool, half of them for development; of the first draw; of the fresh one."""
THRESHOLD = 0.5
DEVELOPER = "Example Developer"
PEOPLE = ("assessor", "developer", "operator", "officer", "second")
DRAFT = """
number = "{number}"
conclusion = "{conclusion}"
evidence = ["assessment.json", "draw-vulnerability_discovery-1.json"]
[officer]
name = "{officer}"
office = "Director"
organisation = "Example Office"
[roles]
requester = "Rita Requester"
operator = "Otto Operator"
analyst = "Ana Analyst"
custodians = ["Ada Custodian", "Grace Custodian"]
[[reason]]
says = "The bounds lie where they lie."
[[reason]]
says = "the families that decided share one kind of flaw"
withheld = "it would tell what is in the pool"
audiences = ["court"]
[[interest]]
name = "{officer}"
says = "None."
"""

Solved = Callable[[str, int], bool]
"""Whether a model solves the task at a place of its draw: by its name and the place."""


def always(model: str, at: int) -> bool:
    """The model solves everything; of the others each solves what is easy for it."""
    return model == AGENT or at % 7 < int(model[-1])


def never(model: str, at: int) -> bool:
    """The model solves some of the easiest tasks; the others as before."""
    return at % 14 == 0 if model == AGENT else at % 7 < int(model[-1])


class Appeal:
    """A folder, the keys of those who act in it, and what they do, a day after another."""

    def __init__(self, home: Path, *, hidden: bool = False) -> None:
        self.home, self.folder, self.pool = home, home / "assessment", home / "pool"
        self.now = NOW
        self.folder.mkdir()
        self.signers = {each: signing(home, each)[0] for each in PEOPLE}
        self.ring = KeyRing(PublicKey(each.public_key) for each in self.signers.values())
        self.opening: Opening | None = commit_to("example-threshold-1", THRESHOLD, 0.35) if hidden else None
        wish = Wish(
            name="practice",
            domain=DOMAIN,
            threshold=2,
            custodians=tuple((name, str(identity(name).to_public())) for name in NAMES),
            policy=Policy(development_percent=50),
        )
        tasks = list(practice(FAMILIES, 1, seed="a seed", domain=DOMAIN))
        keep(make(tasks, wish, NOW), self.pool, who="Ada", now=NOW)
        self.manifest = load(self.pool)
        (self.folder / "plan.toml").write_text(self._plan())
        self.plan = commit(self.folder, self.signers["assessor"], who="Ada", now=NOW).sha256
        self.rows: list[Row] = []
        self._open(places.DEVELOPMENT, development(self.manifest))
        for budget, run in ((SMALL, "ladder-small"), (LARGE, "ladder-large")):
            self.rows += self._attempts(self.shown[places.DEVELOPMENT], AGENT, budget, run, lambda _, at: at % 14 == 0)

    def _plan(self) -> str:
        text = plan_text(self.manifest.root, FAMILIES, FAMILIES // 2, "rehearsal")
        for found, instead in (
            (f"most_families = {FAMILIES // 2}", f"most_families = {FIRST}"),
            ("reserve = 0", f"reserve = {FRESH}"),
            ("[design.reconsideration]\nfamilies = 0", f"[design.reconsideration]\nfamilies = {FRESH}"),
            ("families = 4 ", f"families = {FIRST} "),
        ):
            assert found in text, found
            text = text.replace(found, instead, 1)
        if self.opening:
            values = f"covered = {THRESHOLD}\nwatch = 0.35"
            assert values in text
            text = text.replace(values, f'commitment = "{self.opening.commitment}"')
        return text

    # What is drawn and run

    shown: dict[int, tuple[PoolTask, ...]]

    def _open(self, stage: int, groups: tuple[str, ...]) -> None:
        with opened(self.pool, shares_of(self.pool, *NAMES[:2]), who="Ada", purpose="a test", now=self.now) as inside:
            places.keep_revealed(self.folder, self.manifest, stage, inside.reveal(groups))
            tasks = tuple(each for families in inside.in_order(groups) for each in families)
        self.shown = {**getattr(self, "shown", {}), stage: tasks}
        self._judged()

    def _judged(self) -> None:
        """Say that the judges of everything that was opened were tried, and nothing was wrong."""
        digests = sorted(each.task.digest for tasks in self.shown.values() for each in tasks)
        sound = [Sound(sha256=each, tried=5, false_accepts=0, false_rejects=0, wrong=0) for each in digests]
        verifier.keep(self.folder, sound, self.signers["operator"], who="Otto", now=self.now)

    def draw(self, stage: int, count: int, *, used: int = FIRST) -> None:
        """Draw families and open the first of them."""
        before = (ceremony.draw_in(self.folder, DOMAIN, stage - 1), used) if stage > 1 else None
        sides = self.signers["assessor"], self.signers["developer"]
        beacon = round_after("rehearsal", self.now + dt.timedelta(minutes=31))
        spoken = beacon, Spoken(value=hashlib.sha256(b"a round").digest())
        self.now += dt.timedelta(hours=2)
        made = drawn_in(self.folder, self.manifest, self.plan, sides, spoken, self.now, before)
        self._open(stage, made.first(count))

    def run(self, stage: int, solved: Solved, model: str = AGENT) -> None:
        """Invent the attempts at what was drawn: of the model, and of others that it is held against."""
        for each in (model, *(f"scripted/other-{number}" for number in range(1, 6))):
            self.rows += self._attempts(self.shown[stage], each, LARGE, f"stage-{stage}-{each[-1]}", solved)

    def _attempts(self, tasks: tuple[PoolTask, ...], model: str, budget: int, run: str, solved: Solved) -> list[Row]:
        return [
            Row(
                task_id=record_of(each).id,
                task_family=record_of(each).family,
                domain=DOMAIN,
                model=model,
                scaffold="plain",
                budget=budget,
                run=run,
                epoch=1,
                outcome=Ended.SOLVED if solved(model, at) else Ended.FAILED,
                human_minutes=float(record_of(each).minutes),
                human_source=record_of(each).source,
                tokens=100,
            )
            for at, each in enumerate(tasks)
        ]

    def assess(self, *, openings: tuple[Opening, ...] | None = None) -> Assessment:
        """Compute the assessment of the folder as it is, and put it there."""
        self.now += dt.timedelta(hours=1)
        versions = check(self.folder, self.ring).versions
        domains = {DOMAIN: drawn_domain(self.folder, versions, DOMAIN, self.ring)}
        rows = with_parts(self.rows, versions[0].plan, domains)
        (self.folder / places.TABLE).write_bytes(table_bytes(rows))
        told: Any = SimpleNamespace(
            logs={}, tier_reached="T1", scripted=True, answered=(), flags=(), contamination=NOT_TOLD
        )
        given = ((self.opening,) if self.opening else ()) if openings is None else openings
        found = compute(gather_table(self.folder, self.ring, told), now=self.now, openings=given, repetitions=50)
        data = document.to_bytes(found)
        (self.folder / places.ASSESSMENT).write_bytes(data)
        facts = {"finding": found.finding.verdict.value, "plan": self.plan}
        log = Chain(self.folder / LOG)
        log.append(ASSESSED, document.digest(data), who="Ana", now=self.now, facts=facts)
        keep_head(log, self.signers["assessor"])
        return found

    # What is decided

    def draft(self, number: str, officer: str, conclusion: str = "") -> Path:
        """Write a draft that concludes what the rule found, if nothing else is said."""
        found = document.from_bytes((self.folder / places.ASSESSMENT).read_bytes(), "").finding.verdict.value
        path = self.folder / "determination.toml"
        path.write_text(DRAFT.format(number=number, officer=officer, conclusion=conclusion or found))
        return path

    def determine(self) -> Signed:
        """Sign the first determination, and tell the developer of it."""
        self.now += dt.timedelta(hours=1)
        made = acting.sign_in(self.folder, self.draft("FD-1", "Olga Officer"), self.signers["officer"], self.now)
        held = self.held()
        event = next_event(held.signed, held.chain, Act.SENT, stamp(self.now), self.officer, "It was sent.")
        acting.add(self.folder, held, event, self.signers["officer"], self.now)
        return made

    def held(self, number: str = "FD-1") -> Held:
        """Return a determination."""
        return held_in(self.folder, self.ring, number)

    @property
    def officer(self) -> Person:
        """Who decided first."""
        return self.held().signed.record.decided_by

    def person(self, key: str, name: str, organisation: str = "") -> Person:
        """Return somebody with a key."""
        return Person(name=name, office="an office", organisation=organisation, key=self.signers[key].public_key.keyid)

    def ask(self, days: int = 1) -> None:
        """Ask for a fresh draw as the developer, so many days later."""
        self.now += dt.timedelta(days=days)
        held, by = self.held(), self.person("developer", "Dana Developer", DEVELOPER)
        event = ask(held.signed, held.chain, Review.FRESH_DRAW, by, stamp(self.now), "Bad luck.")
        acting.add(self.folder, held, event, self.signers["developer"], self.now)

    def assign(self, key: str = "second", name: str = "Nora Next") -> None:
        """Give it to another officer."""
        held = self.held()
        event = assign(held.signed, held.chain, self.person(key, name), self.officer, stamp(self.now), "Take it.")
        acting.add(self.folder, held, event, self.signers["officer"], self.now)

    def decide(self, key: str = "second", name: str = "Nora Next", conclusion: str = "") -> Signed:
        """Decide as the officer who took it."""
        self.now += dt.timedelta(hours=1)
        draft = self.draft("FD-1-R", name, conclusion)
        return acting.decide(self.folder, self.held(), draft, self.signers[key], "Both draws were pooled.", self.now)

    def named(self, conclusion: Any) -> Any:
        """Return what a second determination would say of the first."""
        held = self.held()
        return reconsidered(held.signed, held.chain, conclusion)

    def packed(self, audience: Audience) -> Path:
        """Return the archive for an audience."""
        by = Person(name="Ada", office="assessor", key=self.signers["assessor"].public_key.keyid)
        listed = make_list(self.folder, self.signers["assessor"], by, self.now)
        out = self.home / f"{audience.value}.zip"
        pack(self.folder, listed.manifest, out, audience)
        return out

    def copy(self, home: Path) -> "Appeal":
        """Return the same at another place, which can go another way."""
        shutil.copytree(self.home, home)
        other = object.__new__(Appeal)
        other.__dict__.update(self.__dict__)
        other.home, other.folder, other.pool = home, home / "assessment", home / "pool"
        other.rows = list(self.rows)
        return other
