"""The folder of a small assessment, made as people make one: pool, plan, draw, openings, sealed runs."""

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from securesystemslib.signer import Signer

from boxed import runner
from clearinghouse.evaluation.assessment.folder import DEVELOPMENT, keep_revealed, runs_of
from clearinghouse.evaluation.assessment.running import expose, note_began, note_ended, under
from clearinghouse.evaluation.assessment.verifier import add
from clearinghouse.evaluation.plan.fields import PoolRef, Reference
from clearinghouse.evaluation.plan.signing import commit
from clearinghouse.evaluation.pools import ceremony
from clearinghouse.evaluation.pools.beacon import Spoken, quicknet, round_after
from clearinghouse.evaluation.pools.draw import agree, make
from clearinghouse.evaluation.pools.making import Wish, keep
from clearinghouse.evaluation.pools.making import make as make_pool
from clearinghouse.evaluation.pools.manifest import Policy
from clearinghouse.evaluation.pools.opening import opened
from clearinghouse.evaluation.pools.split import development, held_out
from clearinghouse.evaluation.pools.terms import nonce_digest
from clearinghouse.evaluation.running.asked import Asked, asked
from clearinghouse.evaluation.running.bench import Bench
from clearinghouse.evaluation.running.run import run
from clearinghouse.evaluation.tasks.check import check
from clearinghouse.evaluation.tasks.practice import practice
from clearinghouse.evaluation.tasks.task import Task
from clearinghouse.trust.keys import KeyRing
from invented_plan import signing, text_of_plan
from invented_pool import NAMES, NOW, identity, shares_of
from real_rounds import quicknet_said

DOMAIN = "vulnerability_discovery"
LATER = NOW + dt.timedelta(hours=1)
AGENT, REFERENCE = "scripted/skill-6000", "scripted/skill-240"
REFERENCES = tuple(
    Reference(name=each, identity=f"the scripted agent {each}")
    for each in (REFERENCE, *(f"scripted/other-{number}" for number in range(1, 6)))
)
"""Other models that the plan registers."""
NONCE = b"\x07" * 32
SMALL, LARGE = 20_000, 100_000


class Made(NamedTuple):
    """A folder, the keys that are believed, and the tasks for development and of the draw."""

    folder: Path
    ring: KeyRing
    trial: tuple[Task, ...]
    drawn: tuple[Task, ...]


def plan_text(root: str, tasks: int, families: int, beacon: str) -> str:
    """Return a plan with a ladder of two rungs, for a scripted agent."""
    ref = PoolRef(domain=DOMAIN, name="practice", version=1, root=root, tasks=tasks, families=families)
    text = text_of_plan(ref, references=REFERENCES)
    for found, instead in (
        (r'access = ""', f'access = "{AGENT}"'),
        (r'identity = ".*?"', 'identity = "a scripted agent"'),
        (r"scaffolds = .*", 'scaffolds = ["plain"]'),
        (r'beacon = "quicknet"', f'beacon = "{beacon}"'),
        (r"delta = 0\.1", "delta = 0.3"),
        (r"epochs = 3", "epochs = 1"),
        (r"ladder = .*?\]", f"ladder = [{SMALL}, {LARGE}]"),
        (r"tokens = 2000000", f"tokens = {LARGE}"),
        (r"(?m)^families = \d+( +# drawn)", r"families = 4\1"),
        (r"most_families = \d+", f"most_families = {families}"),
        (r"reserve = \d+", "reserve = 0"),
        (r"(?s)(\[design\.reconsideration\]\n)families = \d+", r"\1families = 0"),
    ):
        text, count = re.subn(found, instead, text, count=1)
        assert count, found
    return text


def prepared(home: Path, families: int = 12, published: int = 0, planned: str = "") -> Made:
    """Make everything up to the runs, with the draw of a rehearsal, or by a round that quicknet published.

    Args:
        planned: which beacon the plan names; empty names the one that is taken.
    """
    planned = planned or ("quicknet" if published else "rehearsal")
    tasks = list(practice(families, 1, seed="a seed", domain=DOMAIN))
    custodians = tuple((name, str(identity(name).to_public())) for name in NAMES)
    wish = Wish(
        name="practice", domain=DOMAIN, threshold=2, custodians=custodians, policy=Policy(development_percent=50)
    )
    pool = home / "pool"
    keep(made := make_pool(tasks, wish, NOW), pool, who="Ada", now=NOW)
    manifest = made.manifest
    folder = home / "assessment"
    folder.mkdir()
    (folder / "plan.toml").write_text(plan_text(manifest.root, families, families // 2, planned))
    assessor, one = signing(home, "assessor")
    developer, two = signing(home, "developer")
    _, three = signing(home, "operator")
    signed = commit(folder, assessor, who="Ada", now=NOW)
    beacon = quicknet(published) if published else round_after("rehearsal", NOW + dt.timedelta(minutes=30))
    said = quicknet_said(published) if published else Spoken(value=hashlib.sha256(b"a round").digest())
    early = beacon.time - dt.timedelta(minutes=30)
    terms = agree(manifest, signed.sha256, nonce_digest(NONCE), beacon, now=early)
    ceremony.keep_terms(folder, DOMAIN, terms, assessor, who="Ada", now=early)
    ceremony.sign_terms(folder, DOMAIN, 1, developer, now=early, nonce=NONCE)
    draw = make(terms, manifest, said, NONCE, now=LATER)
    ceremony.keep_draw(folder, DOMAIN, draw, assessor, who="Ada", now=LATER)
    with opened(pool, shares_of(pool, *NAMES[:2]), who="Ada", purpose="a test", now=LATER) as inside:
        groups = draw.first(len(held_out(manifest)))
        for stage, some in ((DEVELOPMENT, development(manifest)), (1, groups)):
            keep_revealed(folder, manifest, stage, inside.reveal(some))
        trial = tuple(each.task for each in inside.of(development(manifest)))
        drawn = tuple(each.task for each in inside.of(groups))
    return Made(folder, KeyRing([*one, *two, *three]), trial, drawn)


def ran(made: Made, bench: Bench) -> None:
    """Check the judges, and make the runs: two rungs of the ladder, and the drawn tasks."""
    signer, _ = signing(made.folder.parent, "operator")
    with runner() as client:
        add(made.folder, [(task, check(task, client)) for task in made.drawn], signer, who="Olga", now=LATER)
    for name, tasks, tokens in (
        ("ladder-small", made.trial, SMALL),
        ("ladder-large", made.trial, LARGE),
        ("first", made.drawn, LARGE),
    ):
        settled = under(made.folder, tokens=tokens)
        wanted = asked(tasks, settled.model, settled.budget, epochs=1, scaffold=settled.scaffold, plan=settled.sha256)
        expose(made.folder, tasks, model=settled.model, host="here", run=name, who="Olga", now=LATER)
        made_run(made, name, tasks, wanted, bench, signer)


def made_run(made: Made, name: str, tasks: Sequence[Task], wanted: Asked, bench: Bench, signer: Signer) -> None:
    """Make a run as `frontier run --assessment` does, with its entries in the log."""
    note_began(made.folder, name, wanted, signer, who="Olga", now=LATER)
    run(tasks, wanted, runs_of(made.folder) / name, bench, signers=[signer], now=lambda: LATER)
    note_ended(made.folder, name, wanted.digest, signer, who="Olga", now=LATER)
