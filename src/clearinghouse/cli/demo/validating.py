"""The demonstration's validations: finders give reproducers in, the server's worker runs them, a vendor signs too.

Nothing is made up: every verdict is of a run in the sandbox of this machine. Where there is none, they wait.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from clearinghouse.cli.demo import reproducers
from clearinghouse.cli.demo.made import Made
from clearinghouse.cli.demo.reproducers import Reproducer
from clearinghouse.cli.demo.sending import Sender, send_recipe, send_report
from clearinghouse.cli.demo.shifted import shifted
from clearinghouse.cli.demo.world import MAINTAINER, reader_of
from clearinghouse.cli.layout import say
from clearinghouse.formats.text import clean_line, plural
from clearinghouse.records import ClearinghouseError
from clearinghouse.sandbox.contract import UnavailableError
from clearinghouse.sandbox.launch import require_possible
from clearinghouse.validation.kept import STATEMENT
from clearinghouse.validation.recipe import load

_RUNNING = 300.0
"""Seconds until the demonstration speaks of something else; what runs then goes on."""
_ELSEWHERE = 180.0
_LOOK = 0.3
_KEY = "With one processor"


class Given(NamedTuple):
    """A reproducer that was given in, and the reference of its validation."""

    reproducer: Reproducer
    reference: str


def why_not() -> str:
    """Return why nothing can be run in a sandbox on this machine; empty where something can, as far as a trial tells.

    A runner elsewhere, which the environment names, is believed to be there.
    """
    if os.environ.get("CLEARINGHOUSE_VALIDATION_RUNNER"):
        return ""
    try:
        require_possible()
    except UnavailableError as error:
        return f"{error.what}; {error.remedy}"
    return ""


def send_reports(senders: Mapping[str, Sender], days: int) -> list[tuple[Reproducer, str]]:
    """Have each finder send the report that a reproducer of theirs belongs to; return these with their receipts.

    Args:
        senders: by finder. days: by which dates are moved.
    """
    return [
        (each, send_report(senders[each.finder], shifted(reproducers.report(each), days)))
        for each in reproducers.reproducers()
    ]


def give_in(senders: Mapping[str, Sender], sent: Sequence[tuple[Reproducer, str]]) -> list[Given]:
    """Have each finder give its reproducers in, for reports that were read and identified."""
    return [Given(each, send_recipe(senders[each.finder], receipt, _archive(each))) for each, receipt in sent]


def _archive(reproducer: Reproducer) -> Made:
    return Made(f"{reproducer.folder}.zip", reproducers.zipped(reproducers.files(reproducer)), {})


def follow(given: Sequence[Given], alive: Callable[[], bool]) -> None:
    """Wait until all were run, have the vendor run some, too, and say what came of it.

    Args:
        alive: whether the server still runs.
    """
    say(f"\n{plural(len(given), 'reproducer')} came with reports; they are run now, in a sandbox on this machine ...")
    sys.stdout.flush()
    if not _done(given, alive):
        say("They are not done yet, or not to be done here; the page Validations says how far each is.")
        return
    say("Each verdict is signed, and is on the page Validations, with every run of it:\n")
    for words, title in told(given):
        say(f"{words:<15} {title}")
    many = sum(each.reproducer.also for each in given)
    say(f"\n{MAINTAINER} runs {many} of them by itself, with one processor only, and signs what it saw ...")
    sys.stdout.flush()
    try:
        said = list(second_opinions(given))
    except ClearinghouseError as error:
        said = [f"That did not work: {error.what}; {error.remedy}"]
    for line in said:
        say(line)


def _done(given: Sequence[Given], alive: Callable[[], bool]) -> bool:
    from clearinghouse.server.validations.models import LIVE, State, Validation  # noqa: PLC0415 - Django is set up

    rows = Validation.objects.filter(reference__in=[each.reference for each in given])
    until = time.monotonic() + _RUNNING
    while rows.filter(state__in=LIVE).exists():
        if time.monotonic() > until or not alive():
            return False
        time.sleep(_LOOK)
    return not rows.filter(state=State.FAILED).exists()


def told(given: Sequence[Given]) -> Iterator[tuple[str, str]]:
    """Of each, in one word, what came of it, and what it is about, as the coordinator reads it."""
    from clearinghouse.server.validations import queries  # noqa: PLC0415

    reader = reader_of("coordinator@example.org")
    for each in given:
        view = queries.validation(reader, each.reference)
        yield view.verdict or view.row.state, clean_line(view.about.title) if view.about else ""


def second_opinions(given: Sequence[Given]) -> Iterator[str]:
    """Have the vendor run some of the recipes and give in what it signed; say of each whether it agrees."""
    from clearinghouse.server.validations import possession, queries, second, signing  # noqa: PLC0415
    from clearinghouse.trust.keys import load_private, make_key_pair  # noqa: PLC0415
    from clearinghouse.trust.possession import answer  # noqa: PLC0415

    reader = reader_of("maintainer@example.org")
    with tempfile.TemporaryDirectory(prefix="clearinghouse-demo-") as name:
        folder = Path(name)
        key = folder / "verdicts.key"
        make_key_pair(key)
        proof = answer(possession.challenge(reader), load_private(key)).to_bytes()
        signing.register(reader, _KEY, key.with_name(f"{key.name}.pub").read_bytes(), proof)
        recipes = {each.reference: _written(folder, each.reproducer) for each in given if each.reproducer.also}
        with _one_processor():
            _validate(list(recipes.values()), key, folder / "kept")
        for reference, recipe in recipes.items():
            statement = folder / "kept" / load(recipe).digest[:16] / STATEMENT
            made, _ = second.submit(reader, reference, [statement.read_bytes()])
            ours = queries.validation(reader, reference)
            title = clean_line(ours.about.title) if ours.about else reference
            yield f"{made.verdict:<15} {title}{'' if made.verdict == ours.verdict else ': they disagree'}"


def _written(folder: Path, reproducer: Reproducer) -> Path:
    at = folder / reproducer.folder
    at.mkdir()
    for name, data in reproducers.files(reproducer).items():
        (at / name).write_bytes(data)
    return at


@contextmanager
def _one_processor() -> Iterator[None]:
    """Whatever is started meanwhile has one processor only."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _validate(recipes: Sequence[Path], key: Path, kept: Path) -> None:
    """Run recipes as somebody does who has this program and no server.

    Raises:
        ClearinghouseError: nothing came of it.
    """
    command = [sys.executable, "-P", "-m", "clearinghouse", "validate", "run", *map(str, recipes), "--offline"]
    command += ["--attest", str(key), "--keep", str(kept)]
    try:
        ran = subprocess.run(  # noqa: S603 - our own program
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_ELSEWHERE, check=False
        )
    except subprocess.TimeoutExpired:
        raise ClearinghouseError("it took too long", "look at the page Validations") from None
    if ran.returncode not in {0, 1}:
        why = clean_line(ran.stderr.decode(errors="replace"))[:300]
        raise ClearinghouseError(f"nothing could be run: {why}", "clearinghouse sandbox check")
