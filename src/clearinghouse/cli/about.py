"""``clearinghouse match --about ADVISORY``: what one advisory means for each component that it names, and why."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from clearinghouse.cli.layout import say, show_table
from clearinghouse.cli.output import problem_lists, show_problems, write_members
from clearinghouse.formats.text import clean_line, plural
from clearinghouse.packages.identity import PackageId
from clearinghouse.packages.match import Answer
from clearinghouse.packages.products.statement import Statement
from clearinghouse.packages.products.why_not import NotMet, why_not
from clearinghouse.packages.products.written import WrittenName
from clearinghouse.records import (
    ClearinghouseError,
    Exposure,
    Problem,
    Unjudged,
    canonical_identifier,
    find_identifiers,
)
from clearinghouse.triage.deployer import Deployer, Met, is_product

_WORDS = {True: "affected", False: "not affected", None: "not known"}
_MOST_ROWS = 200
_MOST_KIN = 20
_MOST_OTHERS = 20


_MOST_NAMED = 3
_LONGEST_NAME = 80
_EXAMPLES = "CVE-2021-44228, GHSA-jfh8-c2jp-5v3q or ICSA-21-357-02"


class UnknownAdvisoryError(ClearinghouseError):
    """No advisory of this name was read."""


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
        self.names = [] if self._answers else self._labels()
        if not (self._ids or self._answers or self.names):
            raise _unknown(self.asked)

    @property
    def answers(self) -> list[tuple[Met, Answer]]:
        """Every component that the advisory names, in every place, with what it means for it."""
        return self._answers

    @property
    def silent(self) -> list[tuple[Met, NotMet]]:
        """Every component of which the advisory says nothing, in every place, with what it speaks of instead."""
        return self._silent

    @property
    def beside(self) -> str:
        """The sentence that the advisory was read and names nothing that is listed; empty where it does."""
        if self._answers:
            return ""
        if not self.names:
            return f"{self.asked} was read; it names none of what is listed."
        more = len(self.names) - _MOST_NAMED
        few = [*self.names[:_MOST_NAMED], *([plural(more, "other")] if more > 0 else [])]
        told = f"{', '.join(few[:-1])} and {few[-1]}" if len(few) > 1 else few[0]
        return f"{self.asked} was read; it names {told}, and none of what is listed."

    def _labels(self) -> list[str]:
        """The products that the advisory names.

        By an identifier that is no CVE, they are looked for in everything that was read, which takes a moment.
        """
        products = self._found.published.index.products
        numbers = products.described(self.asked)
        if not numbers and not self._ids:
            numbers = [number for number in range(len(products.names)) if self._is_told_of(products.fetch(number))]
        return list(dict.fromkeys(_label(products.names[number]) for number in numbers))

    def _is_told_of(self, statements: Iterable[Statement]) -> bool:
        return any(self.asked in (each.advisory, *each.aliases) for each in statements)

    def _ask(self) -> None:
        known: dict[int, Answer | NotMet] = {}
        for met in self._found:
            number = id(met.held)
            if number not in known:
                known[number] = self._of(met)
            answer = known[number]
            if isinstance(answer, Answer):
                self._answers.append((met, answer))
            else:
                self._silent.append((met, answer))

    def _of(self, met: Met) -> Answer | NotMet:
        package = met.held.package
        if isinstance(package, PackageId):
            said: Answer | NotMet | None = self._found.matcher.about(package, self._ids)
        elif is_product(met.held):
            said = self._of_product(met)
        else:
            return NotMet(package.reason, named=False)
        return said or NotMet(f"{self.asked} does not name it.", named=False)

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


def _label(name: WrittenName) -> str:
    known = name.product.lower().startswith(name.vendor.lower())
    return clean_line(name.product if known else f"{name.vendor} {name.product}", _LONGEST_NAME)


def _unknown(asked: str) -> UnknownAdvisoryError:
    """What is told of an advisory that was not read: of a text that cannot be the name of one, that it is none."""
    name = clean_line(asked, _LONGEST_NAME)
    if not any(map(str.isdecimal, name)) or any(map(str.isspace, name)):
        what = f'no advisory was looked for: "{name}" is no identifier of one'
        return UnknownAdvisoryError(what, f"name it as its publisher does, such as {_EXAMPLES}")
    remedy = "look at its name, or give the advisory with --advisories PATH"
    if name.upper().startswith("CVE-") and not find_identifiers(name):
        remedy = f"a CVE identifier has a year and four digits or more, such as CVE-2021-44228; {remedy}"
    return UnknownAdvisoryError(f"no advisory named {name} was read", remedy)


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
    if about.beside:
        say(about.beside, "bold")
        say()
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
    _show_others([met.held.item.written for met, said in about.silent if not said.kin])
    say(f"{plural(len(answers), 'component')} named by it; of {plural(len(about.silent), 'other')} it says nothing.")
    return any(answer.affected is not False for _, answer in answers)


def _show_others(names: Sequence[str]) -> None:
    """Print what the advisory says nothing of, each once."""
    names = list(dict.fromkeys(names))
    if names:
        show_table("Not named by it, which is no word that it is not affected", ("component",), _rows_of(names))
        say()
    if len(names) > _MOST_OTHERS:
        say(f"... and {plural(len(names) - _MOST_OTHERS, 'more component')}; --format json lists all.")


def _rows_of(names: Sequence[str]) -> list[tuple[str]]:
    return [(name,) for name in names[:_MOST_OTHERS]]


def write_about(found: Deployer, asked: str, paths: Sequence[Path], more: Sequence[Problem] = ()) -> bool:
    """Write the same as JSON; return whether anything is, or may be, affected.

    Args:
        paths: those that the caller gave. more: problems beside those of what was read.
    """
    about = About(found, asked)
    answers = about.answers
    sys.stdout.buffer.write(b'{"components":%d,\n' % len(found.stock))
    lists: dict[str, Iterable[Any]] = {
        "answers": _rows(answers),
        "silent": _silent_rows(about.silent),
        **problem_lists([*found.problems, *more]),
    }
    write_members(lists, {"about": about.asked, "withdrawn": about.withdrawn, "names": about.names}, paths)
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
