"""Whether a box can be started at all is known within a moment."""

import pytest

from boxed import needs_boxes
from clearinghouse.sandbox import UnavailableError, launch


def test_where_boxes_can_be_started_nothing_is_said() -> None:
    needs_boxes()
    launch.require_possible()


def test_without_bubblewrap(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setattr(launch, "ENVIRONMENT", {"PATH": str(tmp_path)})
    with pytest.raises(UnavailableError, match="bubblewrap is not installed"):
        launch.require_possible()


@pytest.mark.parametrize("ends", ["echo unshare failed: Operation not permitted >&2; exit 1", "exit 1"])
def test_where_no_name_space_may_be_made(monkeypatch: pytest.MonkeyPatch, ends: str) -> None:
    monkeypatch.setattr(launch, "bubblewrap", lambda: "bwrap")
    monkeypatch.setattr(launch, "command", lambda: ["sh", "-c", ends, "--", "a runner"])
    with pytest.raises(UnavailableError, match=r"name spaces may not be used here: (unshare failed|exit code 1)"):
        launch.require_possible()
