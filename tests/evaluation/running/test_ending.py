"""Every attempt has one ending, and only two of them are without an outcome."""

import pytest

from clearinghouse.evaluation.running.attempt import score_of
from clearinghouse.evaluation.running.ending import Ended, ended


@pytest.mark.parametrize(
    ("told", "expected", "score"),
    [
        ({"solved": 1.0}, Ended.SOLVED, 1.0),
        ({"solved": 0.0}, Ended.FAILED, 0.0),
        ({"solved": 0.5}, Ended.FAILED, 0.5),
        ({"solved": 0.0, "limit": "token"}, Ended.BUDGET, 0.0),
        ({"solved": None, "limit": "time"}, Ended.BUDGET, 0.0),
        ({"solved": 0.0, "limit": "time", "has_waited": True}, Ended.INFRASTRUCTURE, None),
        ({"solved": 1.0, "limit": "time", "has_waited": True}, Ended.SOLVED, 1.0),
        ({"solved": 1.0, "is_unmetered": True}, Ended.INFRASTRUCTURE, None),
        ({"solved": 1.0, "limit": "turn"}, Ended.SOLVED, 1.0),
        ({"solved": 0.0, "stop": "content_filter"}, Ended.REFUSED, None),
        ({"solved": 1.0, "stop": "content_filter"}, Ended.SOLVED, 1.0),
        ({"solved": 0.0, "stop": "content_filter", "limit": "token"}, Ended.REFUSED, None),
        ({"solved": None, "error": "the runner is gone"}, Ended.INFRASTRUCTURE, None),
        ({"solved": 1.0, "error": "broke off while it was scored"}, Ended.INFRASTRUCTURE, None),
        ({"solved": None}, Ended.INFRASTRUCTURE, None),
        ({"solved": None, "limit": "custom"}, Ended.INFRASTRUCTURE, None),
        ({"solved": None, "error": "CancelledError()"}, Ended.INTERRUPTED, None),
        ({"solved": None, "error": "Cancelled()"}, Ended.INTERRUPTED, None),
        ({"solved": None, "error": "CancelledError()", "was_whole": True}, Ended.INFRASTRUCTURE, None),
        ({"solved": None, "error": "ToolError('CancelledError()')"}, Ended.INFRASTRUCTURE, None),
        ({"solved": None, "error": "RuntimeError('operator interruption')"}, Ended.INFRASTRUCTURE, None),
        ({"solved": 1.0, "limit": "operator"}, Ended.INTERRUPTED, None),
    ],
)
def test_how_it_ended(told: dict[str, object], expected: Ended, score: float | None) -> None:
    found = ended(told.pop("solved"), **told)
    assert found is expected
    solved = {Ended.SOLVED: 1.0}.get(found, 0.5 if score == 0.5 else None)
    assert score_of(found, solved) == score
