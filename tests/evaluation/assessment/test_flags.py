"""Flags are signed, settled by somebody else than who raised them, and never by the developer; none can be slipped in,
taken away or used again.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from clearinghouse.evaluation.assessment.computed import compute
from clearinghouse.evaluation.assessment.errors import AssessmentError
from clearinghouse.evaluation.assessment.facts import Flag
from clearinghouse.evaluation.assessment.flags import (
    FOLDER,
    RAISED,
    SETTLED,
    STATEMENT,
    raise_flag,
    raised_in,
    settle_flag,
)
from clearinghouse.evaluation.assessment.gathered import gather
from clearinghouse.evaluation.ledger.chain import Chain
from clearinghouse.evaluation.plan.fields import Plan
from clearinghouse.evaluation.plan.reading import parse
from clearinghouse.evaluation.plan.signing import LOG
from clearinghouse.records import ClearinghouseError
from clearinghouse.trust.keys import KeyRing
from invented_folder import LATER, Made
from invented_plan import HOLDERS, signing, text_of_plan

SAYS = "A task was seen in public."


def plan() -> Plan:
    return parse(text_of_plan().encode(), "plan.toml")


def ring(home: Path) -> KeyRing:
    return KeyRing([key for name in HOLDERS for key in signing(home, name)[1]])


def raised(home: Path, name: str = "operator", who: str = "Ann", says: str = SAYS) -> str:
    return raise_flag(home, "contamination", says, signing(home, name)[0], who=who, now=LATER)


def settled(home: Path, digest: str, name: str = "assessor", who: str = "Ben", says: str = "Another task.") -> None:
    settle_flag(home, digest, says, signing(home, name)[0], plan(), who=who, now=LATER)


def flags(home: Path) -> list[Flag]:
    return [each.flag for each in raised_in(home, plan(), ring(home))]


def test_a_flag_counts_until_somebody_else_settles_it(copied: Callable[[], Made]) -> None:
    made = copied()
    operator, assessor = (signing(made.folder.parent, each)[0] for each in ("operator", "assessor"))
    digest = raise_flag(made.folder, "contamination", SAYS, operator, who="Ann", now=LATER)
    found = compute(gather(made.folder, made.ring), now=LATER, repetitions=100)
    assert [each.is_open for each in found.flags if each.says == SAYS] == [True]
    settle_flag(made.folder, digest[:12], "It was another task.", assessor, plan(), who="Ben", now=LATER)
    [flag] = gather(made.folder, made.ring).raised
    assert not flag.is_open
    assert flag.says == f"{SAYS} Settled by Ben: It was another task."


def test_what_was_settled_can_be_raised_again_and_is_another_flag(tmp_path: Path) -> None:
    first = raised(tmp_path)
    settled(tmp_path, first)
    with pytest.raises(AssessmentError, match="no open flag"):
        settled(tmp_path, first)
    second = raised(tmp_path)
    assert second != first
    assert [each.is_open for each in flags(tmp_path)] == [False, True]


@pytest.mark.parametrize(
    ("name", "who", "says"),
    [
        ("operator", "Ben", "cannot settle it"),
        ("assessor", "ann ", "cannot settle it"),
        ("developer", "Ben", "the developer"),
    ],
)
def test_who_raised_it_and_the_developer_cannot_settle_it(tmp_path: Path, name: str, who: str, says: str) -> None:
    digest = raised(tmp_path)
    with pytest.raises(AssessmentError, match=says):
        settled(tmp_path, digest, name, who)
    assert [each.is_open for each in flags(tmp_path)] == [True]


def test_a_settlement_that_was_slipped_in_is_refused(tmp_path: Path) -> None:
    """With the plan of somebody who does not know the developer, and with an entry in the log alone."""
    digest = raised(tmp_path)
    without = parse(text_of_plan(keys=()).replace("development = false", "development = true").encode(), "plan.toml")
    settle_flag(tmp_path, digest, "No.", signing(tmp_path, "developer")[0], without, who="Ben", now=LATER)
    with pytest.raises(AssessmentError, match="the developer"):
        flags(tmp_path)
    (tmp_path / "other").mkdir()
    digest = raised(tmp_path / "other")
    Chain(tmp_path / "other/log.jsonl").append(SETTLED, digest, who="Ben", now=LATER, facts={"says": "No."})
    with pytest.raises(ClearinghouseError):
        flags(tmp_path / "other")


def test_a_settlement_of_one_flag_does_not_settle_another(tmp_path: Path) -> None:
    one, other = raised(tmp_path), raised(tmp_path, says="Another one was seen.")
    settled(tmp_path, one)
    [entry] = Chain(tmp_path / "log.jsonl").read().find(SETTLED)
    shutil.copy(tmp_path / FOLDER / f"{one}.settled.dsse.json", tmp_path / FOLDER / f"{other}.settled.dsse.json")
    assert [each.is_open for each in flags(tmp_path)] == [False, True], "of which the log does not tell is not settled"
    facts = {"says": "No.", STATEMENT: entry.facts[STATEMENT]}
    Chain(tmp_path / "log.jsonl").append(SETTLED, other, who="Ben", now=LATER, facts=facts)
    with pytest.raises(AssessmentError, match="another flag"):
        flags(tmp_path)


def test_a_flag_cannot_be_taken_away_or_changed(tmp_path: Path) -> None:
    digest = raised(tmp_path)
    path = tmp_path / FOLDER / f"{digest}.raised.dsse.json"
    data = path.read_bytes()
    for at in range(0, len(data), 9):
        path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        with pytest.raises(ClearinghouseError):
            flags(tmp_path)
    path.unlink()
    with pytest.raises(ClearinghouseError):
        flags(tmp_path)
    path.write_bytes(data)
    with pytest.raises(ClearinghouseError):
        raised_in(tmp_path, plan(), signing(tmp_path, "officer")[1])
    for name in ("log.jsonl", "log.head.json", "log.heads.jsonl"):
        (tmp_path / name).unlink()
    assert [each.is_open for each in flags(tmp_path)] == [True], "nothing is gained by taking entries away"


def test_a_flag_says_something_of_a_known_kind_by_somebody(tmp_path: Path) -> None:
    signer, _ = signing(tmp_path)
    for kind, says, who in (("gossip", "x", "Ann"), ("other", " ", "Ann"), ("other", "x", " ")):
        with pytest.raises(AssessmentError, match="a flag of the kind"):
            raise_flag(tmp_path, kind, says, signer, who=who, now=LATER)
    digest = raised(tmp_path)
    with pytest.raises(AssessmentError, match="with a reason"):
        settled(tmp_path, digest, says=" ")


def test_who_is_killed_while_raising_a_flag_has_raised_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Chain, "append", killed)
        with pytest.raises(KeyboardInterrupt):
            raised(tmp_path)
    assert [each.is_open for each in flags(tmp_path)] == [True]
    second = raised(tmp_path, says="Another thing.")
    assert [each.is_open for each in flags(tmp_path)] == [True, True]
    assert [each.digest for each in Chain(tmp_path / LOG).read().find(RAISED)][1:] == [second], "the log was told"
    settled(tmp_path, second)
    (tmp_path / FOLDER / "strange.json").write_text("{}")
    with pytest.raises(AssessmentError, match="the log knows nothing of"):
        flags(tmp_path)
