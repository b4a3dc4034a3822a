"""What the verbs below ``frontier pool`` do."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from clearinghouse.cli.layout import say
from clearinghouse.cli.options import OptionError
from clearinghouse.cli.output import OutputFormat, show_problems, write_json
from clearinghouse.evaluation.assessment.drawn import demand_planned, sides_of
from clearinghouse.evaluation.assessment.folder import keep_revealed
from clearinghouse.evaluation.ledger import files
from clearinghouse.evaluation.ledger.chain import Chain
from clearinghouse.evaluation.plan.fields import Plan
from clearinghouse.evaluation.plan.reading import load as load_plan
from clearinghouse.evaluation.plan.signing import check as check_plan
from clearinghouse.evaluation.pools import ceremony, keys
from clearinghouse.evaluation.pools.draw import LARGEST as LARGEST_DRAW
from clearinghouse.evaluation.pools.draw import read_draw, repeat
from clearinghouse.evaluation.pools.exposure import LEDGER, retire, wear
from clearinghouse.evaluation.pools.making import LOG, Made, Wish, keep, make
from clearinghouse.evaluation.pools.manifest import Manifest, Policy, load, revealed_bytes
from clearinghouse.evaluation.pools.opening import decrypted_shares, opened, pass_on, write_tasks
from clearinghouse.evaluation.pools.rotation import follow, rotate
from clearinghouse.evaluation.pools.split import development
from clearinghouse.evaluation.tasks.task import Task, tasks_below
from clearinghouse.evaluation.tasks.task import load as load_task
from clearinghouse.formats.text import plural
from clearinghouse.records import Level, Problem
from clearinghouse.records.marking import Tlp
from clearinghouse.trust.keys import KeyRing

REVEALED = "revealed.json"


class Settled(NamedTuple):
    """What a pool is to be, as the command line has it."""

    name: str
    domain: str
    custodians: tuple[str, ...]
    threshold: int
    retire_after: int
    development: int
    is_open: bool


class Reason(NamedTuple):
    """Why a pool is opened: by whom, for what, and under which plan."""

    who: str
    purpose: str
    plan: Path | None


class Chosen(NamedTuple):
    """Which tasks are written: those of the first families of a draw, those for development, or all.

    In the folder of the assessment, if there is one, it is shown what they are, under their stage.
    """

    draw: Path | None
    first: int
    development: bool
    assessment: Path | None = None
    stage: int = 1


def make_pool(paths: Sequence[Path], settled: Settled, into: Path, who: str, form: OutputFormat) -> None:
    """Seal tasks into a pool."""
    policy = Policy(retire_after=settled.retire_after, development_percent=settled.development)
    wish = Wish(
        name=settled.name,
        domain=settled.domain,
        threshold=settled.threshold,
        custodians=_custodians(settled.custodians),
        policy=policy,
        is_open=settled.is_open,
    )
    now = dt.datetime.now(dt.UTC)
    tasks = _tasks(paths)
    of_domain = [each for each in tasks if each.domain == settled.domain]
    made = make(of_domain or tasks, wish, now)
    keep(made, into, who=who, now=now)
    public = _public(of_domain or tasks, settled)
    _tell_made(made, into, form, public)
    if form is not OutputFormat.JSON and len(of_domain) < len(tasks):
        say(f"{plural(len(tasks) - len(of_domain), 'task')} of other domains were left out.")


def make_identity(path: Path) -> None:
    """Make an age identity."""
    text, public = keys.new_identity()
    files.write_new(path, f"# public key: {public}\n{text}\n".encode(), files.PRIVATE)
    say(public)


def pass_share(pool: Path, share: Path, identity: Path, to: str, into: Path) -> None:
    """Pass a share on."""
    [clear] = decrypted_shares([share], keys.identities(identity))
    try:
        data = pass_on(clear, load(pool), keys.recipient_in(to))
    finally:
        keys.wipe(clear)
    files.write_new(into, data, files.PRIVATE)
    say(f"{into}: the share, for who opens the pool.")


def open_pool(
    pool: Path,
    shares: Sequence[Path],
    identities: Sequence[Path],
    into: Path,
    reason: Reason,
    chosen: Chosen,
    form: OutputFormat,
) -> None:
    """Open a pool and write tasks of it."""
    manifest = load(pool)
    plan, data = load_plan(reason.plan) if reason.plan else (None, b"")
    sha256 = hashlib.sha256(data).hexdigest() if plan else ""
    groups, draw = _groups(manifest, chosen, plan, sha256)
    given = decrypted_shares(shares, [each for path in identities for each in keys.identities(path)])
    now = dt.datetime.now(dt.UTC)
    try:
        why = {"who": reason.who, "purpose": reason.purpose, "plan": sha256, "draw": draw}
        with opened(pool, given, **why, now=now) as inside:
            tasks = inside.of(groups)
            write_tasks(tasks, into, manifest, pool)
            shown = inside.reveal(groups)
            files.write(into / REVEALED, revealed_bytes(shown), files.PRIVATE)
            if chosen.assessment is not None:
                keep_revealed(chosen.assessment, manifest, chosen.stage, shown)
    finally:
        for each in given:
            keys.wipe(each)
    if form is OutputFormat.JSON:
        write_json({"into": str(into), "tasks": [{"id": each.task.id, "leaf": each.leaf} for each in tasks]})
        return
    say(f"{into}: {plural(len(tasks), 'task')} of {plural(len(groups), 'family', 'families')}, for you alone.")
    say(f"It is written down in {pool / LOG}. Delete the folder when it is not needed any more.")


def draw_of(folder: Path, pool: Path, stage: int | None, keys_of: Path | None) -> Path | None:
    """Return where the draw of a pool is in the folder of an assessment: one that both sides signed, and that follows.

    Args:
        stage: of it; None where families for development are opened, of which none is made. The plan is checked always.

    Raises:
        OptionError: no keys are named. DrawError, EnvelopeError, PlanError: it is not as they signed it.
    """
    if keys_of is None:
        raise OptionError("--key", "is missing", "name the public keys of both sides of the draw")
    manifest, ring = load(pool), KeyRing.load(keys_of)
    plans = {each.sha256: sides_of(each.plan) for each in check_plan(folder, ring).versions}
    if stage is None:
        return None
    ceremony.check(folder, manifest.header.domain, stage, manifest, ring, plans)
    return ceremony.draw_path(folder, manifest.header.domain, stage)


def retire_task(pool: Path, leaf: str, reason: str, who: str) -> None:
    """Take a task out of use; its commitment may be shortened as far as it stays one."""
    manifest = load(pool)
    whole = [each for each in manifest.leaves if len(leaf) >= 8 and each.startswith(leaf)]
    name = whole[0] if len(whole) == 1 else leaf
    retire(pool / LEDGER, manifest, name, reason=reason, who=who, now=dt.datetime.now(dt.UTC))
    say(f"{name[:16]}… is retired. The next version of the pool leaves it out.")


def rotate_pool(
    pool: Path,
    paths: Sequence[Path],
    shares: Sequence[Path],
    identities: Sequence[Path],
    holders: tuple[tuple[str, ...], int],
    assessments: Sequence[Path],
    into: Path,
    who: str,
    form: OutputFormat,
) -> None:
    """Make the next version of a pool."""
    manifest = load(pool)
    header = manifest.header
    custodians, threshold = holders
    wish = Wish(
        name=header.name,
        domain=header.domain,
        threshold=threshold,
        custodians=_custodians(custodians),
        policy=header.policy,
        is_open=header.is_open,
    )
    new = _tasks(paths) if paths else []
    worn = wear(Chain(pool / LEDGER).read(), manifest, [Chain(each / LEDGER).read() for each in assessments])
    given = decrypted_shares(shares, [each for path in identities for each in keys.identities(path)])
    now = dt.datetime.now(dt.UTC)
    try:
        with opened(pool, given, who=who, purpose="the next version of the pool", now=now) as inside:
            made = rotate(inside, worn, new, wish, now)
    finally:
        for each in given:
            keys.wipe(each)
    keep(made, into, who=who, now=now)
    follow(pool, manifest, made.manifest, who=who, now=now)
    _tell_made(made, into, form)
    if form is not OutputFormat.JSON:
        say(f"{pool} can still be opened with its shares, to verify what was drawn of it; its log names what follows.")


def _groups(manifest: Manifest, chosen: Chosen, plan: Plan | None, sha256: str) -> tuple[tuple[str, ...], str]:
    """The families that are meant, and the digest of the draw that they are of."""
    if chosen.draw is None:
        return (development(manifest) if chosen.development else manifest.groups), ""
    draw = read_draw(files.read(chosen.draw, LARGEST_DRAW))
    repeat(draw, manifest)
    most = len(draw.order)
    if plan is not None:
        if draw.terms.plan != sha256:
            raise OptionError("--draw", "was made under another plan", "name the plan that its terms name")
        demand_planned(draw, plan)
        most = min(most, _most(plan, manifest.header.domain, draw.terms.stage))
    count = chosen.first or most
    if count > most:
        raise OptionError("--first", f"is {count}", f"at most {most}, as many as the plan draws; others are in reserve")
    return draw.first(count), draw.digest


def _most(plan: Plan, domain: str, stage: int) -> int:
    """How many families a plan draws of a domain: at first, and freshly for a reconsideration."""
    if stage > 1:
        return plan.design.reconsideration.families
    return max((each.most_families for each in plan.design.domains if each.name == domain), default=0)


def _custodians(texts: Sequence[str]) -> tuple[tuple[str, str], ...]:
    found = []
    for text in texts:
        name, given, key = text.partition("=")
        if not given:
            raise OptionError("--custodian", f"is {text[:60]!a}", "NAME=KEY, where KEY is age1… or a file")
        found.append((name, keys.recipient_in(key)))
    return tuple(found)


def _tasks(paths: Sequence[Path]) -> list[Task]:
    return [load_task(each) for each in tasks_below(list(paths))]


def _public(tasks: Sequence[Task], settled: Settled) -> list[Problem]:
    """Tell of a sealed pool whose tasks are public: sealing hides nothing that a model may have been trained on."""
    count = sum(each.custody.marking is Tlp.CLEAR for each in tasks)
    if settled.is_open or not count:
        return []
    says = (
        f"{count} of {plural(len(tasks), 'task')} {'is' if count == 1 else 'are'} marked {Tlp.CLEAR}, as public tasks "
        "are: where anybody could have seen them, make the pool with --open."
    )
    notice = "a marking in [custody] of each task that is not public, or --open"
    return [Problem(source=settled.name, code="public_tasks", message=says, expected=notice, level=Level.NOTICE)]


def _tell_made(made: Made, into: Path, form: OutputFormat, notices: Sequence[Problem] = ()) -> None:
    header = made.manifest.header
    if form is OutputFormat.JSON:
        facts = msgspec.to_builtins(header)
        write_json({"into": str(into), "root": made.manifest.root, "header": facts, "notices": notices})
        return
    show_problems(notices)
    say(f"{into}: {header.name} {header.version}, {plural(header.tasks, 'task')} in {header.families} families.")
    say(f"root {made.manifest.root}")
    say(
        f"{header.threshold} of {len(header.custodians)} custodians open it; give each their file in {into / 'shares'}."
    )
