"""What is read of a log of inspect_ai, of any version: few fields, each typed, everything else passed over.

Source: the log format of inspect_ai, versions 1 and 2, and what changed between its releases (CHANGELOG.md there): one
``score`` before there were ``scores``, tokens by model, limits that were no objects at first.
"""

import msgspec

from clearinghouse.evaluation.running.bounded import one_more

NOTHING = msgspec.Raw(b"")
"""What is not there."""


class Error(msgspec.Struct, frozen=True):
    """Why something broke off."""

    message: str = ""


class Limit(msgspec.Struct, frozen=True):
    """A limit that was reached."""

    type: str = ""


class Usage(msgspec.Struct, frozen=True):
    """Tokens of one model."""

    input_tokens: float | None = None
    output_tokens: float | None = None
    total_tokens: float | None = None
    total_cost: float | None = None


class Steps(msgspec.Struct, frozen=True):
    """What a score of ours says further: names of steps that were done."""

    steps: msgspec.Raw = NOTHING


class Score(msgspec.Struct, frozen=True):
    """What one scorer said."""

    value: msgspec.Raw = NOTHING
    metadata: Steps | None = None


class Choice(msgspec.Struct, frozen=True):
    """The end of what a model said."""

    stop_reason: str | None = None


class Output(msgspec.Struct, frozen=True):
    """What a model said last."""

    choices: list[Choice] = []


class Told(msgspec.Struct, frozen=True):
    """What a log says of a task; anything may stand there."""

    family: msgspec.Raw = NOTHING
    task_family: msgspec.Raw = NOTHING
    category: msgspec.Raw = NOTHING
    domain: msgspec.Raw = NOTHING
    human_minutes: msgspec.Raw = NOTHING
    human_source: msgspec.Raw = NOTHING


class Sample(msgspec.Struct, frozen=True):
    """One attempt. Its parts that can hold many things are bytes as yet (:func:`.bounded.part`)."""

    id: int | str
    epoch: int = 1
    metadata: Told | None = None
    messages: msgspec.Raw = NOTHING
    scores: msgspec.Raw = NOTHING
    score: Score | None = None
    output: msgspec.Raw = NOTHING
    error: Error | None = None
    error_retries: msgspec.Raw = NOTHING
    limit: Limit | str | None = None
    model_usage: msgspec.Raw = NOTHING
    total_time: float | None = None
    working_time: float | None = None

    def __post_init__(self) -> None:
        one_more()


class Own(msgspec.Struct, frozen=True):
    """What a log of ours says of itself; anything may stand there in a log of others."""

    scaffold: msgspec.Raw = NOTHING
    scripted: msgspec.Raw = NOTHING
    tier_reached: msgspec.Raw = NOTHING
    provider: msgspec.Raw = NOTHING
    kernel: msgspec.Raw = NOTHING
    limits: msgspec.Raw = NOTHING


class Named(msgspec.Struct, frozen=True):
    """Where a log of ours says what it is."""

    clearinghouse: msgspec.Raw = NOTHING


class Config(msgspec.Struct, frozen=True):
    """How it was run."""

    working_limit: float | None = None


class Spec(msgspec.Struct, frozen=True):
    """What was run."""

    task: str = ""
    model: str = ""
    created: str = ""
    solver: str | None = None
    metadata: Named | None = None
    config: Config = Config()


class Step(msgspec.Struct, frozen=True):
    """A part of a plan."""

    solver: str = ""


class Plan(msgspec.Struct, frozen=True):
    """What led the model."""

    steps: msgspec.Raw = NOTHING


class Header(msgspec.Struct, frozen=True):
    """What a log says of all attempts. A log in progress, or one that was broken off, has no status of its own."""

    eval: Spec
    version: int = 1
    status: str = "started"
    plan: Plan | None = None


class Whole(Header, frozen=True):
    """A log that is one document."""

    samples: list[Sample] | None = None
