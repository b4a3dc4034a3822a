"""What the verbs below ``frontier plan`` do."""

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from clearinghouse.cli.layout import say, show_table
from clearinghouse.cli.options import OptionError
from clearinghouse.cli.output import ATTENTION, BAD_INPUT, OK, OutputFormat, write_json
from clearinghouse.evaluation.ledger import files
from clearinghouse.evaluation.ledger.chain import Chain, check_signed_head, head_statement
from clearinghouse.evaluation.plan import analysis, signing
from clearinghouse.evaluation.plan.errors import PlanError
from clearinghouse.evaluation.plan.example import example
from clearinghouse.evaluation.plan.fields import KeyOf, Plan, PoolRef, Reference, Role
from clearinghouse.evaluation.plan.reading import LARGEST, NAME, Fault, load, look
from clearinghouse.evaluation.plan.thresholds import LARGEST as LARGEST_OPENING
from clearinghouse.evaluation.plan.thresholds import Opening, commit_to, opened, parse
from clearinghouse.evaluation.rule.design import Design
from clearinghouse.evaluation.rule.finding import OperatingPoint
from clearinghouse.formats.text import plural, printable_name
from clearinghouse.trust.envelope import LARGEST_ENVELOPE, sign
from clearinghouse.trust.keys import KeyRing, PublicKey, signer_of

_EXTREMES = (0.0, 1.0)
_FEW = 100
"""Repetitions: at the extremes nearly every one ends in the same way."""


class Holders(NamedTuple):
    """Who holds keys, as the command line has it: NAME=FILE, by their roles."""

    assessor: Sequence[str]
    developer: Sequence[str]
    operator: Sequence[str]
    officer: Sequence[str]


def new(into: Path, pools: Sequence[Path], holders: Holders, references: Sequence[str]) -> None:
    """Write a plan to begin with."""
    refs = _pools(pools)
    keys = [_key(role, each) for role, texts in zip(Role, holders, strict=True) for each in texts]
    others = [Reference(name=name, identity=identity) for name, identity in map(_reference, references)]
    files.make_folder(into)
    files.write_new(into / NAME, example(analysis.present().sha256, refs, keys, others).encode())
    say(f"{into / NAME}: a plan with comments. Fill it in, and look at it with `clearinghouse frontier plan check`.")
    if not refs:
        say("It names no real pool yet: `--pool FOLDER` fills one in.")
    if not keys:
        say("It does not say yet whose keys sign what: `--assessor NAME=FILE` and the like fill them in.")


def _key(role: Role, text: str) -> KeyOf:
    name, path = _pair(f"--{role}", text, "NAME=FILE, the file of the public key")
    return KeyOf(role=role, name=name, id=PublicKey.load(Path(path)).keyid)


def _reference(text: str) -> tuple[str, str]:
    return _pair("--reference", text, "MODEL=IDENTITY, a digest of weights or the fingerprint of an endpoint")


def _pair(option: str, text: str, form: str) -> tuple[str, str]:
    name, given, rest = text.partition("=")
    if not (given and name.strip() and rest.strip()):
        raise OptionError(option, f"is {text[:60]!a}", form)
    return name.strip(), rest.strip()


def check(path: Path, form: OutputFormat) -> int:
    """Say everything that is wrong with a plan."""
    file = path / NAME if path.is_dir() else path
    data = files.read(file, LARGEST)
    plan, faults = look(data)
    here = analysis.present().sha256
    differs = plan is not None and plan.analysis != here
    warnings = [] if plan is None or faults else list(_undecidable(plan.design))
    code = BAD_INPUT if faults else ATTENTION if differs else OK
    if form is OutputFormat.JSON:
        told = [{"where": each.where, "says": each.says, "remedy": each.remedy} for each in faults]
        digest = hashlib.sha256(data).hexdigest()
        warned = [{"where": each.where, "says": each.says, "remedy": each.remedy} for each in warnings]
        told_of = {"faults": told, "warnings": warned, "same_analysis": not differs}
        write_json({"plan": str(file), "sha256": digest, **told_of})
        return code
    _show_faults(file, faults)
    for each in warnings:
        say(f"{file}: take note: {each.what}")
        say(f"    try: {each.remedy}")
    if plan is not None and not faults:
        say(f"{plan.name} {plan.version}: nothing is wrong. SHA-256 {hashlib.sha256(data).hexdigest()}")
    if differs:
        say(f'The code here is another one than the plan names; write analysis = "{here}", or install that one.')
    return code


def _undecidable(design: Design) -> Iterator[Fault]:
    """Yield a warning where the rule comes to no verdict whatever is true, as a few simulations show."""
    if any(each.threshold.covered is None for each in design.domains):
        return
    from clearinghouse.evaluation.rule.operating import operating_characteristics  # noqa: PLC0415 - scipy takes a second

    low, high = operating_characteristics(design, _EXTREMES, _FEW, 0)
    for point, verdict, reached in ((low, "NOT COVERED", low.not_covered), (high, "COVERED", high.covered)):
        if not reached:
            says = f"the rule cannot come to {verdict}, even where the true rate is {point.truth:g}"
            yield Fault("design", says, "draw more families, or make delta or the threshold another one")


def commit(path: Path, key: str, public: Path | None, who: str, form: OutputFormat) -> None:
    """Sign a plan."""
    made = signing.commit(_folder(path), signer_of(key, public), who=who, now=dt.datetime.now(dt.UTC))
    if form is OutputFormat.JSON:
        write_json({"name": made.plan.name, "version": made.plan.version, "sha256": made.sha256, "signed": made.at})
        return
    say(f"{made.plan.name} {made.plan.version} is signed, at {made.at}. SHA-256 {made.sha256}")


def verify(path: Path, keys: Path, form: OutputFormat) -> int:
    """Check a plan and all versions before it."""
    found = signing.check(_folder(path), KeyRing.load(keys))
    if form is OutputFormat.JSON:
        versions = [
            {
                "name": each.plan.name,
                "version": each.plan.version,
                "sha256": each.sha256,
                "signed": each.at,
                "keys": each.keyids,
                "roles": each.plan.keys,
                "reason": each.plan.supersedes.reason if each.plan.supersedes else None,
            }
            for each in found.versions
        ]
        write_json({"versions": versions, "same_analysis": found.same_analysis})
    else:
        rows = [
            (
                str(each.plan.version),
                each.at,
                each.sha256[:16],
                each.plan.supersedes.reason if each.plan.supersedes else "",
            )
            for each in found.versions
        ]
        show_table(found.versions[0].plan.name, ("version", "signed", "SHA-256", "why"), rows, whole=("signed",))
        say(f"Signed by {', '.join(found.versions[0].keyids)}. {plural(len(rows), 'version')}, each in the log.")
        _show_keys(found.versions[0].plan)
        if not found.same_analysis:
            say("The code here is another one than the plan names, so nothing is computed under it here.")
    return OK if found.same_analysis else ATTENTION


def _show_keys(plan: Plan) -> None:
    if not plan.keys:
        say("It names no keys: what a trial signs is believed of any key that is believed.")
        return
    rows = [(each.role, each.name, each.id[:16]) for each in plan.keys]
    show_table("Whose key signs what", ("role", "held by", "id"), rows, whole=("role",))


def analysis_here(form: OutputFormat) -> None:
    """Print which code is here."""
    found = analysis.present()
    if form is OutputFormat.JSON:
        write_json(found)
        return
    say(found.sha256)
    say(f"{plural(len(found.files), 'source')}; {', '.join(f'{name} {each}' for name, each in found.versions.items())}")


def characteristics(
    path: Path, openings: Sequence[Path], truths: Sequence[float], repetitions: int, seed: int, form: OutputFormat
) -> None:
    """Simulate the rule under a plan."""
    design = _design(path, openings)
    points = _points(path if path.is_dir() else path.parent, design, tuple(truths), repetitions, seed)
    if form is OutputFormat.JSON:
        write_json({"points": points, "seed": seed, "alpha": design.alpha})
        return
    from clearinghouse.evaluation.reports.numbers import exact_percent, rate  # noqa: PLC0415

    rows = [
        (
            exact_percent(each.truth),
            rate(each.covered),
            rate(each.not_covered),
            rate(each.indeterminate),
            f"{each.families:g}",
        )
        for each in points
    ]
    heads = ("truth", "COVERED", "NOT COVERED", "INDETERMINATE", "families")
    show_table(f"{repetitions:,} repetitions of each truth, seed {seed}", heads, rows)


def _points(
    folder: Path, design: Design, truths: tuple[float, ...], repetitions: int, seed: int
) -> tuple[OperatingPoint, ...]:
    """The characteristics; at the guard band they are kept in the folder, where `frontier assess` finds them."""
    from clearinghouse.evaluation.assessment.characteristics import characteristics as kept  # noqa: PLC0415 - slow
    from clearinghouse.evaluation.rule.operating import operating_characteristics  # noqa: PLC0415 - scipy takes a second

    is_closed = any(each.threshold.covered is None for each in design.domains)
    if truths or is_closed:  # a threshold that is not opened is refused
        return operating_characteristics(design, truths, repetitions, seed)
    return kept(folder, design, repetitions=repetitions, seed=seed)


def show_log(
    folder: Path,
    signed: tuple[str, Path | None, Path | None],
    held: tuple[Path | None, Path | None],
    form: OutputFormat,
) -> None:
    """Show the log of a folder; sign its head, or hold it to one."""
    log = Chain(folder / signing.LOG).read()
    if not log.entries:
        raise PlanError(f"{folder} has no log", "name the folder of an assessment, or of a pool")
    key, public, into = signed
    if bool(key) != (into is not None):
        raise OptionError("--sign", "goes with --into", "give both")
    if into is not None:
        envelope = sign(head_statement(log, signing.LOG), [signer_of(key, public)])
        files.write_new(into, envelope.to_bytes())
    head, keys = held
    if (head is None) != (keys is None):
        raise OptionError("--head", "goes with --key", "give both")
    begins = None
    if head is not None and keys is not None:
        begins = check_signed_head(log, files.read(head, LARGEST_ENVELOPE), KeyRing.load(keys))
    if form is OutputFormat.JSON:
        write_json({"entries": log.entries, "root": log.root, "begins_with": begins, "unfinished": log.unfinished})
        return
    rows = [(each.at, each.who, each.what, each.digest[:16]) for each in log.entries]
    show_table("", ("when", "who", "what", "SHA-256 of what"), rows, whole=("when",))
    say(f"{plural(len(rows), 'entry', 'entries')}, root {log.root}")
    if begins is not None:
        say(f"It begins with the {plural(begins, 'entry', 'entries')} of {head}.")
    if into is not None:
        say(f"{into}: the signed head; give it to whoever is to hold this log to it.")


def commit_threshold(identifier: str, covered: float, watch: float | None, into: Path, form: OutputFormat) -> None:
    """Commit to a threshold."""
    opening = commit_to(identifier, covered, watch)
    files.write_new(into, opening.to_bytes(), files.PRIVATE)
    if form is OutputFormat.JSON:
        write_json({"identifier": identifier, "commitment": opening.commitment, "opening": str(into)})
        return
    say(f'commitment = "{opening.commitment}"')
    say(f"{into}: what opens it. Give it to those alone who may know the values, and keep it.")


def open_thresholds(path: Path, openings: Sequence[Path], form: OutputFormat) -> None:
    """Show the values of thresholds."""
    domains = _design(path, openings).domains
    if form is OutputFormat.JSON:
        write_json({"thresholds": [{"domain": each.name, "threshold": each.threshold} for each in domains]})
        return
    rows = [(each.name, each.threshold.identifier, *_values(each.threshold)) for each in domains]
    show_table("", ("domain", "threshold", "covered", "watch"), rows)


def _values(threshold: object) -> tuple[str, str]:
    covered, watch = getattr(threshold, "covered", None), getattr(threshold, "watch", None)
    return ("not opened" if covered is None else f"{covered:g}", "" if watch is None else f"{watch:g}")


def _design(path: Path, openings: Sequence[Path]) -> Design:
    plan, _ = load(path)
    return opened(plan.design, [_opening(each) for each in openings])


def _opening(path: Path) -> Opening:
    return parse(files.read(path, LARGEST_OPENING), printable_name(str(path)))


def _folder(path: Path) -> Path:
    if path.is_dir():
        return path
    if path.name != NAME:
        raise PlanError(f"{path} is not called {NAME}", f"name it {NAME}, in the folder of its assessment")
    return path.parent


def _pools(folders: Sequence[Path]) -> tuple[PoolRef, ...]:
    if not folders:
        return ()
    from clearinghouse.evaluation.pools.manifest import load as load_pool  # noqa: PLC0415
    from clearinghouse.evaluation.pools.split import held_out  # noqa: PLC0415

    found = []
    for folder in folders:
        manifest = load_pool(folder)
        header = manifest.header
        ref = PoolRef(
            domain=header.domain,
            name=header.name,
            version=header.version,
            root=manifest.root,
            tasks=header.tasks,
            families=max(1, len(held_out(manifest))),
            is_open=header.is_open,
        )
        found.append(ref)
    return tuple(found)


def _show_faults(file: Path, faults: Sequence[Fault]) -> None:
    for each in faults:
        say(f"{file}: {each.what}")
        say(f"    try: {each.remedy}")
    if faults:
        say(f"{plural(len(faults), 'thing')} to put right.")
