"""Runs of scripted agents: attempts a minute, beside inspect_ai's own ``local`` sandbox, and what sealing costs.

    python benchmarks/frontier_run.py [--attempts 96] [--samples 8] [--runners 2] [--json FILE]

The same agent (three turns: it looks around, runs a script, hands in), the same loop and the same tasks three times:
*local*, inspect_ai's sandbox that isolates nothing, with a scorer that reads one file; *boxes*, our sandbox with the
same scorer; *whole*, our sandbox with an oracle in a fresh box, and seals. Runners are started before the clock.
Sealing is timed apart, attempt by attempt, as the log grows; so is the verification of the folder that is left.
"""

import argparse
import json
import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from inspect_ai import Task as Evaluation
from inspect_ai import eval as evaluate
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.scorer import Score, Scorer, Target, accuracy, scorer
from inspect_ai.solver import TaskState
from inspect_ai.util import sandbox

from clearinghouse.evaluation.rule.design import Budget
from clearinghouse.evaluation.running import evaluated, provider, quiet, session
from clearinghouse.evaluation.running.asked import asked
from clearinghouse.evaluation.running.bench import Bench
from clearinghouse.evaluation.running.run import run
from clearinghouse.evaluation.running.scaffold import plain
from clearinghouse.evaluation.running.sealing import writing
from clearinghouse.evaluation.running.sealing.verify import verified
from clearinghouse.evaluation.tasks.task import Task, load

MODEL = "scripted/skill-16"
BUDGET = Budget(tokens=200_000, seconds=300.0)
TOML = """\
schema = "clearinghouse task 1"
id = "sum-{at}"
title = "A sum"
family = "sums-{family}"
domain = "triage"
kind = "triage"
version = 1
prompt = "prompt.md"
collect = ["answer.txt"]
human = {{ minutes = {minutes}, source = "estimate" }}
box = {{ folder = "box" }}
oracle = {{ folder = "oracle", command = ["sh", "check.sh"] }}
solution = [
    {{ kind = "reference", name = "sums", script = "echo 6 > answer.txt" }},
    {{ kind = "null", name = "nothing", script = "true" }},
]
"""


def made_tasks(folder: Path, count: int) -> list[Task]:
    """Write tasks of growing length."""
    for at in range(count):
        place = folder / f"sum-{at:04}"
        (place / "box").mkdir(parents=True)
        (place / "oracle").mkdir()
        (place / "task.toml").write_text(TOML.format(at=at, family=at % 12, minutes=2.0 ** (at % 9)))
        (place / "prompt.md").write_text("Write the sum of the numbers in numbers.txt to answer.txt.\n")
        (place / "box" / "numbers.txt").write_text("1\n2\n3\n")
        (place / "oracle" / "check.sh").write_text("grep -qx 6 answer/answer.txt\n")
    return [load(each) for each in sorted(folder.iterdir())]


@scorer(metrics=[accuracy()])
def reads_a_file() -> Scorer:
    """Say whether a file holds the answer: as cheap as a scorer can be."""

    async def score(state: TaskState, target: Target) -> Score:
        try:
            found = await sandbox().read_file("answer.txt")
        except FileNotFoundError:
            found = ""
        return Score(value=1.0 if found.strip() == "6" else 0.0)

    return score


def without_seals(tasks: list[Task], kind: str, running: session.Session, folder: Path, samples: int) -> float:
    """Return the seconds of an evaluation in a sandbox of inspect_ai's."""
    dataset = [
        Sample(id=each.id, input=each.prompt, metadata={"task": each.id}, files={"numbers.txt": "1\n2\n3\n"})
        for each in tasks
    ]
    evaluation = Evaluation(
        dataset=MemoryDataset(dataset), solver=plain(), scorer=reads_a_file(), sandbox=kind, name=f"in {kind}"
    )
    options = {"log_realtime": False, "ctl_server": False, "display": "none", "log_level": "error"}
    begin = time.perf_counter()
    folder.mkdir()
    with quiet.quiet(folder), session.entered(running):
        log = evaluate(
            evaluation, model=MODEL, log_dir=str(folder), max_samples=samples, max_sandboxes=samples, **options
        )[0]
    if log.status != "success":
        raise SystemExit(f"{kind}: {log.status}: {log.error}")
    return time.perf_counter() - begin


def timed_seals(found: list[float]) -> None:
    """Time every attempt's seal."""
    seal = writing.Sealer.seal

    def timed(self: writing.Sealer, member: str) -> None:
        begin = time.perf_counter()
        seal(self, member)
        found.append(1000 * (time.perf_counter() - begin))

    writing.Sealer.seal = timed  # type: ignore[method-assign]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--attempts", type=int, default=96)
    parser.add_argument("--samples", type=int, default=8, help="at one time")
    parser.add_argument("--runners", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    assert evaluated.scripted_model, "the scripted agents are registered by its import"
    rates: dict[str, list[float]] = {"local": [], "boxes": [], "whole": []}
    seals: list[float] = []
    checks = []
    timed_seals(seals)
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        bench = stack.enter_context(Bench(runners=options.runners))
        for seat in [bench.take() for _ in range(options.runners)]:
            print(f"{seat.runner().isolation().provider}, tier {seat.runner().isolation().tier}")
            bench.give_back(seat)
        tasks = made_tasks(place / "tasks", options.attempts)
        wanted = asked(tasks, MODEL, BUDGET)
        digests = {each.id: each.sha256 for each in wanted.tasks}
        running = session.Session(bench=bench, tasks={each.id: each for each in tasks}, digests=digests, budget=BUDGET)
        for turn in range(options.rounds):
            for name, kind in (("local", "local"), ("boxes", provider.NAME)):
                seconds = without_seals(tasks, kind, running, place / f"{name}-{turn}", options.samples)
                rates[name].append(60 * options.attempts / seconds)
            begin = time.perf_counter()
            run(tasks, wanted, place / f"whole-{turn}", bench, samples=options.samples)
            rates["whole"].append(60 * options.attempts / (time.perf_counter() - begin))
            begin = time.perf_counter()
            verified(place / f"whole-{turn}")
            checks.append(1000 * (time.perf_counter() - begin))
        size = sum(each.stat().st_size for each in (place / "whole-0").glob("*.eval"))
    found = {
        **{f"{name}: attempts a minute": round(statistics.median(each)) for name, each in rates.items()},
        "sealing: ms an attempt, median": round(statistics.median(seals), 2),
        "sealing: ms an attempt, worst": round(max(seals), 2),
        "log: bytes an attempt": round(size / options.attempts),
        "verification of the folder: ms": round(statistics.median(checks), 1),
    }
    for name, value in found.items():
        print(f"    {value:10,}  {name}")
    if options.json:
        options.json.write_text(json.dumps({"options": vars(options) | {"json": None}, **found}, indent=2))


if __name__ == "__main__":
    main()
