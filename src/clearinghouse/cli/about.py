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
from clearinghouse.records import ClearinghouseError, Exposure, canonical_identifier
from clearinghouse.triage.deployer import Deployer, Met

_WORDS = {True: "affected", False: "not affected", None: "not known"}
_MOST_ROWS = 200


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
        if not self._ids and not any(self._said_of_product(met) for met in found):
            raise UnknownAdvisoryError(
                f"no advisory named {self.asked} was read that speaks of anything listed",
                "look at its name, or give the advisory with --advisories PATH",
            )

    def __iter__(self) -> Iterator[tuple[Met, Answer]]:
        """Every component that the advisory names, in every place, with what it means for it."""
        for met in self._found:
            answer = self._of(met)
            if answer is not None:
                yield met, answer

    def _of(self, met: Met) -> Answer | None:
        package = met.held.package
        said = self._said_of_product(met)
        if said is not None or not isinstance(package, PackageId):
            return said
        return self._found.matcher.about(package, self._ids)

    def _said_of_product(self, met: Met) -> Answer | None:
        """What was found of a product; for one that does not meet the advisory nothing is said here."""
        if isinstance(met.held.package, PackageId):
            return None
        for exposure in met.verdict.exposures:
            if self.asked in (exposure.advisory, *exposure.aliases, *exposure.upstream):
                return _answer(exposure)
        for item in met.verdict.unjudged:
            if item.advisory == self.asked:
                return Answer(None, item.reason)
        return None


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
    answers = list(about)
    for name in about.withdrawn:
        say(f"{name} was withdrawn: it matches nothing.")
    rows = [(met.held.item.written, _WORDS[answer.affected], answer.why) for met, answer in answers[:_MOST_ROWS]]
    if rows:
        show_table(f"What {about.asked} means for what is listed", ("component", "is", "because"), rows)
        say()
    if len(answers) > len(rows):
        say(f"... and {plural(len(answers) - len(rows), 'more component')}; --format json lists all.")
    silent = len(found.stock) - len(answers)
    say(f"{plural(len(answers), 'component')} named by it; of {plural(silent, 'other')} it says nothing.")
    return any(answer.affected is not False for _, answer in answers)


def write_about(found: Deployer, asked: str, paths: Sequence[Path]) -> bool:
    """Write the same as JSON; return whether anything is, or may be, affected."""
    about = About(found, asked)
    answers = list(about)
    sys.stdout.buffer.write(b'{"components":%d,\n' % len(found.stock))
    lists: dict[str, Iterable[Any]] = {"answers": _rows(answers), **problem_lists(found.problems)}
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
