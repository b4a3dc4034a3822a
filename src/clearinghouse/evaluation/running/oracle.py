"""The oracle of a task as a scorer of inspect_ai.

It is asked in a fresh box, by the runner that the agent's box is with. An oracle that fails says nothing of the agent:
the attempt breaks off as one that the machine lost, is made again, and is counted as lost where that does not help.
"""

import hashlib

from inspect_ai.scorer import Score, Scorer, Target, accuracy, scorer
from inspect_ai.solver import TaskState
from inspect_ai.util import sandbox

from clearinghouse.evaluation.running import session
from clearinghouse.evaluation.running.provider import BoxEnvironment
from clearinghouse.evaluation.tasks.judge import Judged, judge

NAME = "oracle"
"""Of the score in a log."""


class OracleFailedError(Exception):
    """The oracle of a task could not say whether it was solved."""


@scorer(metrics=[accuracy()], name=NAME)
def oracle() -> Scorer:
    """Make the scorer."""

    async def score(state: TaskState, target: Target) -> Score:
        task = session.needed().task_of(state.metadata)
        box = sandbox().as_type(BoxEnvironment).box

        def judged() -> tuple[dict[str, bytes], Judged]:
            collected = box.place.collected() if box.place else {}
            over = box.place.over if box.place else None
            return collected, judge(task, collected, box.runner, over=over)

        collected, said = await box.ask(judged)
        if said.solved is None:
            raise OracleFailedError(f"the oracle of {task.id} failed: {said.words}")
        return Score(
            value=1.0 if said.solved else 0.0,
            explanation=said.words,
            metadata={
                "steps": list(said.steps),
                "collected": {name: hashlib.sha256(data).hexdigest() for name, data in collected.items()},
            },
        )

    return score
