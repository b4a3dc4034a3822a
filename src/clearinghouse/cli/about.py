"""``clearinghouse match --about ADVISORY``: what one advisory means for each component that it names, and why."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from clearinghouse.cli.layout import say, show_table
from clearinghouse.cli.output import problem_lists, show_problems, write_members
from clearinghouse.formats.text import plural
from clearinghouse.packages.identity import PackageId
from clearinghouse.packages.match import Answer
from clearinghouse.packages.products.why_not import NotMet, why_not
from clearinghouse.records import ClearinghouseError, Exposure, Unjudged, canonical_identifier
from clearinghouse.triage.deployer import Deployer, Met, is_product

_WORDS = {True: "affected", False: "not affected", None: "not known"}
_MOST_ROWS = 200
_MOST_KIN = 20


class UnknownAdvisoryError(ClearinghouseError):
    """No advisory of this name was read, or it is one on products of which none is listed."""


class About:
    """Answers for one advisory.

    Args:
        found: what somebody has, beside what is published. asked: an advisory's id, or an identifier of its flaw.

    Raises:
        UnknownAdvisoryError: nothing that was read is named so.
    """

    def __init__(self, found: Deployer, asked: str) -> None:
        index = found.published.index
        self.asked = canonical_identifier(asked.strip())
        self._found = found
        self._ids = frozenset(index.named(self.asked))
        known = [each for name in self._ids if (each := index.advisory(name))]
        self.withdrawn = sorted(each.id for each in known if each.withdrawn)
        self._silent: list[tuple[Met, NotMet]] = []
        self._answers: list[tuple[Met, Answer]] = []
        self._ask()
        if not self._ids and not self._answers and not self._silent:
            raise UnknownAdvisoryError(
                f"no advisory named {self.asked} was read that speaks of anything listed",
                "look at its name, or give the advisory with --advisories PATH",
            )

    @property
    def answers(self) -> list[tuple[Met, Answer]]:
        """Every component that the advisory names, in every place, with what it means for it."""
        return self._answers

    @property
    def silent(self) -> list[tuple[Met, NotMet]]:
        """Every product of which the advisory says nothing, in every place, with what it speaks of instead."""
        return self._silent

    def _ask(self) -> None:
        known: dict[int, Answer | NotMet | None] = {}
        for met in self._found:
            number = id(met.held)
            if number not in known:
                known[number] = self._of(met)
            answer = known[number]
            if isinstance(answer, Answer):
                self._answers.append((met, answer))
            elif answer is not None:
                self._silent.append((met, answer))

    def _of(self, met: Met) -> Answer | NotMet | None:
        package = met.held.package
        if isinstance(package, PackageId):
            return self._found.matcher.about(package, self._ids)
        return self._of_product(met) if is_product(met.held) else None

    def _of_product(self, met: Met) -> Answer | NotMet | None:
        for exposure in met.verdict.exposures:
            if self.asked in (exposure.advisory, *exposure.aliases, *exposure.upstream):
                return _answer(exposure)
        for item in met.verdict.unjudged:
            if item.advisory == self.asked:
                return Answer(None, item.reason)
        said = why_not(met.held.item, self.asked, self._found.published.index.products)
        if isinstance(said, Exposure):
            return _answer(said)
        if isinstance(said, Unjudged):
            return Answer(None, said.reason)
        return Answer(False, said.why) if said and said.named else said


def _answer(exposure: Exposure) -> Answer:
    if not exposure.match.is_sure:
        return Answer(None, exposure.question or "", exposure.fixed)
    ends = (("from", exposure.why.introduced), ("before", exposure.why.fixed), ("up to", exposure.why.last_affected))
    said = exposure.why.text or " ".join(f"{word} {end}" for word, end in ends if end) or "this version"
    return Answer(True, f"{exposure.advisory} says: {said}.", exposure.fixed)


def show_about(found: Deployer, asked: str) -> bool:
    """Print what one advisory means for what is listed; return whether anything is, or may be, affected."""
    about = About(found, asked)
    show_problems(found.problems)
    answers = about.answers
    for name in about.withdrawn:
        say(f"{name} was withdrawn: it matches nothing.")
    rows = [(met.held.item.written, _WORDS[answer.affected], answer.why) for met, answer in answers[:_MOST_ROWS]]
    if rows:
        show_table(f"What {about.asked} means for what is listed", ("component", "is", "because"), rows)
        say()
    if len(answers) > len(rows):
        say(f"... and {plural(len(answers) - len(rows), 'more component')}; --format json lists all.")
    kin = [(met.held.item.written, said.why) for met, said in about.silent if said.kin]
    if kin:
        show_table("Made by a vendor that it names, and not named by it", ("component", "instead"), kin[:_MOST_KIN])
        say()
    if len(kin) > _MOST_KIN:
        say(f"... and {plural(len(kin) - _MOST_KIN, 'more component')}; --format json lists all.")
    silent = len(found.stock) - len(answers)
    say(f"{plural(len(answers), 'component')} named by it; of {plural(silent, 'other')} it says nothing.")
    return any(answer.affected is not False for _, answer in answers)


def write_about(found: Deployer, asked: str, paths: Sequence[Path]) -> bool:
    """Write the same as JSON; return whether anything is, or may be, affected."""
    about = About(found, asked)
    answers = about.answers
    sys.stdout.buffer.write(b'{"components":%d,\n' % len(found.stock))
    lists: dict[str, Iterable[Any]] = {
        "answers": _rows(answers),
        "silent": _silent_rows(about.silent),
        **problem_lists(found.problems),
    }
    write_members(lists, {"about": about.asked, "withdrawn": about.withdrawn}, paths)
    return any(answer.affected is not False for _, answer in answers)


def _rows(answers: Iterable[tuple[Met, Answer]]) -> Iterator[dict[str, Any]]:
    for met, answer in answers:
        package = met.held.package
        yield {
            "component": met.held.item.written,
            "purl": package.purl if isinstance(package, PackageId) else None,
            "affected": answer.affected,
            "why": answer.why,
            "fixed": answer.fixed,
            "inventory": met.inventory.id,
            "asset": met.asset.name if met.asset else None,
        }


def _silent_rows(silent: Iterable[tuple[Met, NotMet]]) -> Iterator[dict[str, Any]]:
    for met, said in silent:
        yield {
            "component": met.held.item.written,
            "why": said.why,
            "inventory": met.inventory.id,
            "asset": met.asset.name if met.asset else None,
        }
