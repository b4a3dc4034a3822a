"""What is read of a log of inspect_ai, of any version: few fields, each typed, everything else passed over.

Source: the log format of inspect_ai, versions 1 and 2, and what changed between its releases (CHANGELOG.md there): one
``score`` before there were ``scores``, tokens by model, limits that were no objects at first.
"""

from typing import Any

import msgspec


class Error(msgspec.Struct, frozen=True):
    """Why something broke off."""

    message: str = ""


class Limit(msgspec.Struct, frozen=True):
    """A limit that was reached."""

    type: str = ""


class Usage(msgspec.Struct, frozen=True):
    """Tokens of one model."""

    input_tokens: int = 0
    output_tokens: int = 0
    total_tokens: int = 0
    total_cost: float | None = None


class Score(msgspec.Struct, frozen=True):
    """What one scorer said."""

    value: Any = None
    metadata: dict[str, Any] | None = None


class Choice(msgspec.Struct, frozen=True):
    """The end of what a model said."""

    stop_reason: str | None = None


class Output(msgspec.Struct, frozen=True):
    """What a model said last."""

    choices: list[Choice] = []


class Sample(msgspec.Struct, frozen=True):
    """One attempt."""

    id: int | str
    epoch: int = 1
    metadata: dict[str, Any] | None = None
    scores: dict[str, Score] | None = None
    score: Score | None = None
    output: Output | None = None
    error: Error | None = None
    error_retries: list[Error] | None = None
    limit: Limit | str | None = None
    model_usage: dict[str, Usage] | None = None
    total_time: float | None = None
    working_time: float | None = None
    started_at: str | None = None


class Config(msgspec.Struct, frozen=True):
    """How it was run."""

    epochs: int | None = None
    working_limit: float | None = None


class Spec(msgspec.Struct, frozen=True):
    """What was run."""

    task: str = ""
    model: str = ""
    created: str = ""
    run_id: str = ""
    solver: str | None = None
    metadata: dict[str, Any] | None = None
    config: Config = Config()
    packages: dict[str, str] | None = None


class Step(msgspec.Struct, frozen=True):
    """A part of a plan."""

    solver: str = ""


class Plan(msgspec.Struct, frozen=True):
    """What led the model."""

    name: str = ""
    steps: list[Step] = []


class Header(msgspec.Struct, frozen=True):
    """What a log says of all attempts. A log in progress, or one that was broken off, has no status of its own."""

    eval: Spec
    version: int = 1
    status: str = "started"
    plan: Plan | None = None
    error: Error | None = None


class Whole(Header, frozen=True):
    """A log that is one document."""

    samples: list[Sample] | None = None
