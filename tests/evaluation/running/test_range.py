"""A task with several hosts, tried through inspect_ai as models try it."""

from pathlib import Path

from clearinghouse.evaluation.rule.design import Budget
from clearinghouse.evaluation.running.asked import asked
from clearinghouse.evaluation.running.bench import Bench
from clearinghouse.evaluation.running.logs import of_run
from clearinghouse.evaluation.running.run import run
from clearinghouse.evaluation.running.sealing.verify import verified
from clearinghouse.evaluation.tasks.task import load

FOLDER = Path(__file__).parents[3] / "examples/frontier/pack/range-desk-and-vault"


def test_an_agent_goes_through_both_hosts_and_each_step_is_told(bench: Bench, tmp_path: Path) -> None:
    task = load(FOLDER)
    for agent, steps in (("scripted/skill-1000000", ("banner", "room", "sealed")), ("scripted/skill-0.001", ())):
        wanted = asked([task], agent, Budget(tokens=100_000))
        folder = tmp_path / agent.replace("/", "-")
        run([task], wanted, folder, bench)
        [attempt] = [each for log in of_run(verified(folder)) for each in log.attempts]
        assert attempt.steps == steps
        assert attempt.score == float(bool(steps))
