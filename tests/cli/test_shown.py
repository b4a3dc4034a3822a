"""What the documents show is what the program prints."""

import shlex
from pathlib import Path

import pytest

from clearinghouse.cli import main
from clearinghouse.cli.demo.flood import write_flood

ROOT = Path(__file__).parents[2]


def examples(document: str) -> list[tuple[str, list[str]]]:
    """The console examples that show output: the command, and the lines beneath it."""
    found = []
    for block in (ROOT / document).read_text("utf-8").split("```console\n")[1:]:
        command, *shown = block.partition("```")[0].replace("\\\n", " ").splitlines()
        if command.startswith("$ clearinghouse ") and shown:
            found.append((command.removeprefix("$ "), shown))
    return found


@pytest.mark.parametrize("document", ["README.md", "docs/deadlines.md"])
def test_every_line_that_is_shown_is_printed_in_its_order(document, tmp_path, monkeypatch, capsys):
    write_flood(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    shown_there = examples(document)
    assert shown_there
    for command, shown in shown_there:
        main.invoke(shlex.split(command)[1:])
        printed = iter(capsys.readouterr().out.splitlines())
        missing = [line for line in shown if line != "..." and line not in printed]  # each goes on from the last
        assert not missing, command
