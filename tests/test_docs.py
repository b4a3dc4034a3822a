"""The documents: links lead somewhere, and the commands and options that they show exist."""

import re
import shlex
from pathlib import Path

import pytest
import typer.core
import typer.main

from clearinghouse.cli.main import command_line
from clearinghouse.records.errors import install

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)\)|^\[[^\]\n]+\]: (\S+)$", re.MULTILINE)
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
INLINE = re.compile(r"`(clearinghouse [^`\n]+|make [^`\n]+)`")
PROMPT = "$ "
OUR_PROGRAMS = ("clearinghouse ", "make ")


def anchors(text: str) -> set[str]:
    """The anchors that headings get where Markdown is shown: lower case, words joined with dashes."""
    headings = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in HEADING.findall(FENCE.sub("", text)))
    return {heading.strip().replace(" ", "-") for heading in headings}


def commands(text: str) -> list[str]:
    """The command lines of console examples, continued lines joined, and those that stand within sentences."""
    found = []
    for kind, block in FENCE.findall(text):
        lines = block.replace("\\\n", " ").splitlines()
        if kind == "console":
            found += [line.removeprefix(PROMPT) for line in lines if line.startswith(PROMPT)]
        elif kind in ("sh", "bash", "shell"):
            found += lines
    found += INLINE.findall(FENCE.sub("", text))
    return [line for line in found if line.startswith(OUR_PROGRAMS)]


def complaint(line: str) -> str | None:
    """Return what is wrong with a command line, if anything."""
    words = shlex.split(line.partition(" | ")[0].partition(" > ")[0].partition(" && ")[0], comments=True)
    if words[0] == "make":
        made = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
        wanted = [word for word in words[1:] if "=" not in word and re.fullmatch(r"[a-z]+", word)]
        unknown = [word for word in wanted if word not in made]
        return f"make has no target {unknown[0]}" if unknown else None
    command, said = typer.main.get_command(command_line()), "clearinghouse"
    for word in words[1:]:
        if word.startswith("-") or not isinstance(command, typer.core.TyperGroup):
            continue
        usual = getattr(command, "default", None)  # the command that is meant where none is named
        if word not in command.commands and usual is None:
            return f"there is no command {word}"
        command, said = command.commands.get(word) or command.commands[usual], word
    known = options(command)
    unknown = [word for word in words if word.startswith("--") and word.partition("=")[0] not in known]
    return f"{said} has no option {unknown[0]}" if unknown else None


def options(command: typer.core.TyperCommand | typer.core.TyperGroup) -> set[str]:
    return {"--help", *(name for parameter in command.params for name in [*parameter.opts, *parameter.secondary_opts])}


@pytest.fixture(params=DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def document(request: pytest.FixtureRequest) -> Path:
    return request.param


def leads_somewhere(target: str, document: Path) -> bool:
    if re.match(r"[a-z]+:", target):  # an address elsewhere, which is not followed
        return True
    path, _, anchor = target.partition("#")
    file = (document.parent / path).resolve() if path else document
    if not file.exists() or not file.is_relative_to(ROOT):
        return False
    return not anchor or file.suffix != ".md" or anchor in anchors(file.read_text("utf-8"))


def test_links_lead_somewhere(document: Path) -> None:
    links = [inline or reference for inline, reference in LINK.findall(FENCE.sub("", document.read_text("utf-8")))]
    assert not [target for target in links if not leads_somewhere(target, document)]


@pytest.mark.parametrize(
    ("target", "leads"),
    [
        ("https://example.org/nowhere", True),
        ("CONTRIBUTING.md#the-house", True),
        ("#the-house", True),
        ("CONTRIBUTING.md#the-shed", False),
        ("docs/nowhere.md", False),
        ("../outside.md", False),
    ],
)
def test_a_link_that_leads_nowhere_is_noticed(target: str, leads: bool) -> None:
    assert leads_somewhere(target, ROOT / "CONTRIBUTING.md") is leads


def test_commands_exist(document: Path) -> None:
    complaints = {line: why for line in commands(document.read_text("utf-8")) if (why := complaint(line))}
    assert not complaints


def test_every_page_is_on_the_map() -> None:
    on_map = {target.partition("#")[0] for target, _ in LINK.findall((ROOT / "docs/index.md").read_text("utf-8"))}
    pages = {str(path.relative_to(ROOT / "docs")) for path in ROOT.glob("docs/**/*.md")} - {"index.md"}
    assert pages <= on_map


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("clearinghouse triage a.sarif --kev kev.json --format json | head", None),
        ("clearinghouse --help", None),
        ("clearinghouse conquer everything", "there is no command conquer"),
        ("clearinghouse triage a.sarif --keev kev.json", "triage has no option --keev"),
        ("make PYTHON=python3.12 demo", None),
        ("make coffee", "make has no target coffee"),
    ],
)
def test_what_is_wrong_with_a_command_is_noticed(line: str, wrong: str | None) -> None:
    assert complaint(line) == wrong


def test_commands_are_found_in_examples_and_sentences() -> None:
    example = "```console\n$ clearinghouse triage a \\\n    --kev b\nclearinghouse is no command here\n```\n"
    text = f"Run `make demo`.\n\n{example}"
    assert commands(text) == ["clearinghouse triage a      --kev b", "make demo"]


def test_nobody_is_told_to_install_a_stranger_s_package():
    """No package index has this software; what PyPI calls ``clearinghouse`` is another one."""
    told = [*DOCUMENTS, *ROOT.glob("src/**/*.py"), *ROOT.glob("examples/**/*.md"), *ROOT.glob("deploy/**/*")]
    wrong = [
        str(path)
        for path in told
        if path.is_file() and re.search(r"pip install [^\n&|]{0,20}clearinghouse\b", path.read_text("utf-8"))
    ]
    assert not wrong
    assert "'.[evaluation]'" in install("evaluation")
