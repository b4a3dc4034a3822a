"""What the verbs below ``frontier pool`` do that only look: check, show, search. Nothing is opened for them."""

from collections.abc import Sequence
from pathlib import Path

from clearinghouse.cli.layout import say, show_table
from clearinghouse.cli.options import OptionError
from clearinghouse.cli.output import ATTENTION, OK, OutputFormat, write_json
from clearinghouse.evaluation.ledger import files
from clearinghouse.evaluation.ledger.chain import Chain
from clearinghouse.evaluation.plan.reading import load as load_plan
from clearinghouse.evaluation.pools import canary
from clearinghouse.evaluation.pools.checking import Check, check
from clearinghouse.evaluation.pools.exposure import LEDGER, wear
from clearinghouse.evaluation.pools.making import LOG
from clearinghouse.evaluation.pools.manifest import Manifest, load, read_revealed
from clearinghouse.evaluation.pools.opening import OPENED
from clearinghouse.evaluation.pools.rotation import FOLLOWED
from clearinghouse.evaluation.pools.split import development, held_out
from clearinghouse.evaluation.running.searched import members
from clearinghouse.formats.text import plural

_LARGEST_REVEALED = 64 << 20


def verify_pool(pool: Path, root: str, plan: Path | None, revealed: Path | None, form: OutputFormat) -> int:
    """Check a pool."""
    wanted = root or (_root_in(plan, pool) if plan else "")
    found = list(check(pool, wanted))
    if revealed is not None and found[0].holds:
        found.append(_revealed(load(pool), revealed))
    if form is OutputFormat.JSON:
        write_json({"pool": str(pool), "checks": found})
    else:
        show_table(
            "", ("what", "", "found"), [(c.name, "holds" if c.holds else "DOES NOT HOLD", c.says) for c in found]
        )
    return OK if all(each.holds for each in found) else ATTENTION


def show_status(pool: Path, assessments: Sequence[Path], form: OutputFormat) -> int:
    """Show what is public of a pool."""
    manifest = load(pool)
    header = manifest.header
    worn = wear(Chain(pool / LEDGER).read(), manifest, [Chain(each / LEDGER).read() for each in assessments])
    log = Chain(pool / LOG).read()
    openings, following = log.find(OPENED), log.find(FOLLOWED)
    retired = [each for each in worn.values() if each.retired]
    if form is OutputFormat.JSON:
        write_json(
            {
                "name": header.name,
                "domain": header.domain,
                "version": header.version,
                "root": manifest.root,
                "tasks": header.tasks,
                "families": header.families,
                "development": len(development(manifest)),
                "held_out": len(held_out(manifest)),
                "custodians": [each.name for each in header.custodians],
                "threshold": header.threshold,
                "is_open": header.is_open,
                "openings": openings,
                "following": following,
                "wear": list(worn.values()),
            }
        )
        return ATTENTION if retired else OK
    say(f"{header.name} {header.version}, {header.domain}, made {header.created}; root {manifest.root}")
    split = f"{len(development(manifest))} for development, {len(held_out(manifest))} held out"
    say(f"{plural(header.tasks, 'task')} in {plural(header.families, 'family', 'families')}: {split}.")
    names = ", ".join(each.name for each in header.custodians)
    say(f"Opened by {header.threshold} of {len(header.custodians)} custodians: {names}.")
    if header.is_open:
        say("Its tasks are public: it is for development only, and supports no determination.")
    rows = [(each.at, each.who, each.facts.get("purpose", ""), each.facts.get("custodians", "")) for each in openings]
    if rows:
        show_table("Opened", ("when", "by", "for", "custodians"), rows, whole=("when",))
    for entry in following:
        facts = entry.facts
        say(f"Followed by version {facts.get('version', '')}, root {facts.get('root', '')}: draw from that one.")
    shown = sum(1 for each in worn.values() if each.exposures)
    say(f"{shown} of {plural(header.tasks, 'task')} were shown to models; {len(retired)} are worn out.")
    for each in retired:
        say(f"  {each.leaf[:16]}…: {each.retired}")
    return ATTENTION if retired else OK


def find_canaries(pool: Path, paths: Sequence[Path], form: OutputFormat) -> int:
    """Look for canaries of a pool."""
    header = load(pool).header
    found = canary.search(paths, {header.canary, *header.canaries}, members)
    known = [each for each in found.found if each.is_known]
    code = ATTENTION if known or found.skipped else OK
    if form is OutputFormat.JSON:
        write_json(found)
        return code
    for each in known:
        which = "the pool" if each.digest == header.canary else f"a task ({each.digest[:16]}…)"
        say(f"{each.path}: the canary of {which}")
    for text in found.skipped:
        say(f"not searched: {text}")
    say(f"{plural(len(known), 'canary', 'canaries')} of this pool in {plural(found.files, 'file')}.")
    return code


def _root_in(plan: Path, pool: Path) -> str:
    header = load(pool).header
    roots = [each.root for each in load_plan(plan)[0].pools if (each.name, each.domain) == (header.name, header.domain)]
    if not roots:
        raise OptionError("--plan", f"has no pool {header.name}", "name the plan that it belongs to")
    return roots[0]


def _revealed(manifest: Manifest, path: Path) -> Check:
    shown = read_revealed(files.read(path, _LARGEST_REVEALED), str(path))
    known = {*manifest.leaves, *manifest.groups}
    wrong = [each for each in shown if not each.holds() or each.commitment not in known]
    says = f"{len(shown)} records, of which {len(wrong)} are not in the pool"
    return Check("what was revealed", not wrong, says)
