"""What the folder of an assessment shows: computed, written into it, and said in words."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from clearinghouse.cli.layout import say, show_table
from clearinghouse.cli.output import OK, OutputFormat, write_json
from clearinghouse.evaluation.assessment import document
from clearinghouse.evaluation.assessment import folder as places
from clearinghouse.evaluation.assessment.computed import DRAW, compute
from clearinghouse.evaluation.assessment.errors import AssessmentError
from clearinghouse.evaluation.assessment.facts import Assessment
from clearinghouse.evaluation.assessment.gathered import gather
from clearinghouse.evaluation.assessment.logged import ASSESSED
from clearinghouse.evaluation.assessment.rows import table_bytes
from clearinghouse.evaluation.ledger import files
from clearinghouse.evaluation.ledger.chain import Chain
from clearinghouse.evaluation.ledger.heads import keep_head
from clearinghouse.evaluation.plan.analysis import demand
from clearinghouse.evaluation.plan.fields import Role
from clearinghouse.evaluation.plan.signing import LOG
from clearinghouse.evaluation.plan.thresholds import LARGEST, parse
from clearinghouse.evaluation.rule.finding import DomainFinding
from clearinghouse.formats.text import clean_line, plural
from clearinghouse.trust.keys import KeyRing

if TYPE_CHECKING:
    from securesystemslib.signer import Signer

WORDS = {"covered": "COVERED", "not_covered": "NOT COVERED", "indeterminate": "INDETERMINATE"}


def assess_folder(
    folder: Path, keys: Path, openings: Sequence[Path], signer: "Signer", who: str, output: OutputFormat
) -> int:
    """Compute the assessment of a folder, write it there, sign the head of the log, and say what it shows.

    Raises:
        ClearinghouseError: something is missing, was changed, or does not belong together.
    """
    found = gather(folder, KeyRing.load(keys))
    demand(found.plan)
    if (named := found.plan.id_of(Role.ASSESSOR)) and signer.public_key.keyid != named:
        raise AssessmentError(f"the assessor's key in the plan is {named[:16]}…", "sign with that one")
    opened = [parse(files.read(each, LARGEST), str(each)) for each in openings]
    now = dt.datetime.now(dt.UTC)
    assessment = compute(found, now=now, openings=opened, keep=True)
    data = document.to_bytes(assessment)
    files.write(folder / places.TABLE, table_bytes((*found.rows, *found.references)))
    files.write(folder / places.ASSESSMENT, data)
    sha256 = document.digest(data)
    facts = {"finding": assessment.finding.verdict.value, "plan": assessment.plan.sha256}
    log = Chain(folder / LOG)
    log.append(ASSESSED, sha256, who=who, now=now, facts=facts)
    keep_head(log, signer)
    if output is OutputFormat.JSON:
        write_json({"folder": str(folder), "sha256": sha256, "assessment": msgspec.json.decode(data)})
    else:
        _tell(folder, assessment, sha256)
    return OK


def _tell(folder: Path, assessment: Assessment, sha256: str) -> None:
    finding = assessment.finding
    if assessment.development:
        say("This rests on an open development pool: it cannot support a determination.", style="bold")
    if assessment.scripted:
        say("What ran was a scripted agent and no model: this shows nothing of any model.", style="bold")
    for flag in assessment.flags:
        if flag.kind == DRAW:
            say(flag.says, style="bold")
    say(f"{clean_line(assessment.model.name)}: the rule finds {WORDS[finding.verdict]}. A person determines.")
    columns = ("domain", "families", "success", "lower", "upper", "threshold", "finding")
    show_table("", columns, [_domain(each) for each in finding.domains])
    for reason in finding.reasons:
        say(f"{reason.rule}  {clean_line(reason.says, 500)}")
    if finding.would_change:
        say("What would change it:")
        for each in finding.would_change:
            say(f"  {clean_line(each, 500)}")
    losses = assessment.losses
    missing = losses.refused + losses.infrastructure
    say(f"{plural(losses.attempts, 'attempt')} at drawn tasks: {losses.solved} solved, {missing} without an outcome.")
    if losses.refused_in_words:
        say(f"{losses.refused_in_words} of the failures were refused in words (by a list of phrases, which may err).")
    for task in assessment.steps.tasks:
        cut = f", {task.cut_short} cut short" if task.cut_short else ""
        done = "; ".join(f"{clean_line(each.name, 64)} {each.seen}" for each in task.steps)
        say(f"{clean_line(task.task_id, 64)}, steps done in {plural(task.attempts, 'attempt')}{cut}: {done}.")
    for flag in assessment.flags:
        say(f"{'Open' if flag.is_open else 'Noted'}: {flag.kind}. {clean_line(flag.says, 500)}")
    say(f"{folder / places.ASSESSMENT}: SHA-256 {sha256}")
    say("It is voluntary, and has no bearing on whether, when or to whom anybody releases a model.")


def _domain(found: DomainFinding) -> tuple[str, ...]:
    threshold = "not opened" if found.covered is None else f"{found.covered:.2f}"
    numbers = (found.accuracy.value, found.bounds.lower, found.bounds.upper)
    return (found.name, str(found.families), *(f"{each:.3f}" for each in numbers), threshold, WORDS[found.verdict])
