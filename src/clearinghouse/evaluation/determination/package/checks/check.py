"""One check: a question about a package, and what the answer means."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

import msgspec

from clearinghouse.evaluation.assessment import document
from clearinghouse.evaluation.assessment.characteristics import REPETITIONS
from clearinghouse.evaluation.assessment.computed import compute
from clearinghouse.evaluation.assessment.facts import Assessment
from clearinghouse.evaluation.assessment.gathered import Gathered, gather
from clearinghouse.evaluation.assessment.tabled import gather_table
from clearinghouse.evaluation.determination.errors import PackageError
from clearinghouse.evaluation.determination.events import LARGEST as LARGEST_EVENTS
from clearinghouse.evaluation.determination.events import Chained, read_events
from clearinghouse.evaluation.determination.making import digest_of
from clearinghouse.evaluation.determination.package import names
from clearinghouse.evaluation.determination.package.manifest import Manifest, read_manifest
from clearinghouse.evaluation.determination.package.opened import Package
from clearinghouse.evaluation.determination.signing import Signed, read_signed
from clearinghouse.evaluation.determination.times import moment_of
from clearinghouse.evaluation.plan.thresholds import Opening as ThresholdOpening
from clearinghouse.records import ClearinghouseError
from clearinghouse.trust.keys import KeyRing


class Result(StrEnum):
    """What came of a check.

    Attributes:
        HOLDS: it is as it should be. FAILS: it is not. ABSENT: what it asks about is not in this copy, or nobody can
            tell.
    """

    HOLDS = "holds"
    FAILS = "fails"
    ABSENT = "absent"


class Absent(Exception):  # noqa: N818 - no error: an answer
    """What a check asks about is not in this copy, or nobody can tell it; the text says why, in a sentence."""


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """A check that was made.

    Attributes:
        name: of it. result: see there. says: what was found. means: what it shows that this holds. remedy: what to do
            where it does not.
    """

    name: str
    result: Result
    says: str
    means: str
    remedy: str = ""


class Case:
    """What is asked of checks: a package, the keys that are believed, and the moment.

    What several of them need is read once. What cannot be read raises for each that asks.

    Args:
        openings: of thresholds whose values the plan only commits to.
    """

    def __init__(
        self, package: Package, keys: KeyRing, now: dt.datetime, openings: Sequence[ThresholdOpening] = ()
    ) -> None:
        self.package = package
        self.keys = keys
        self.now = now
        self.openings = openings

    @cached_property
    def manifest(self) -> Manifest:
        """The signed list.

        Raises:
            Absent: this is a folder without one. ClearinghouseError: its signature does not hold, or it is none.
        """
        if names.MANIFEST not in self.package:
            raise Absent("This folder has no signed list yet; `clearinghouse frontier package` makes one.")
        return read_manifest(self.package.read(names.MANIFEST), self.keys)

    @cached_property
    def assessment(self) -> Assessment:
        """The assessment.

        Raises:
            Absent: it is not in this copy. AssessmentError: it is none.
        """
        return document.from_bytes(self.read(names.ASSESSMENT), names.ASSESSMENT)

    @property
    def has_logs(self) -> bool:
        """Whether the logs of runs are in this copy."""
        return any(each.endswith(".eval") for each in self.package.names)

    @cached_property
    def gathered(self) -> Gathered:
        """What the assessment is computed from: the logs where they are in this copy, else the table of attempts.

        Raises:
            Absent: neither is in this copy. ClearinghouseError: something of it does not hold.
        """
        if self.has_logs:
            return gather(self.package.root, self.keys)
        if names.TABLE not in self.package:
            raise Absent("Neither logs nor the table of attempts are in this copy.")
        return gather_table(self.package.root, self.keys, self.assessment)

    @cached_property
    def again(self) -> Assessment:
        """The assessment as it is computed here, with the date and the digest of the code that are in the file.

        Raises:
            Absent: it cannot be computed from this copy. ClearinghouseError: something of it does not hold.
        """
        told = self.assessment
        values = [each.threshold for each in told.design.domains if each.threshold.covered is not None]
        hidden = [each for each in values if each.commitment]
        if hidden and not self.openings:
            raise Absent(
                "Thresholds are under commitments: it is computed again where --opening gives what opens them."
            )
        repetitions = min([REPETITIONS, *(each.repetitions for each in told.operating)])
        found = compute(
            self.gathered,
            now=moment_of(told.made, "made"),
            openings=self.openings if hidden else (),
            repetitions=max(repetitions, 1),
        )
        return msgspec.structs.replace(found, analysis=told.analysis, analysis_version=told.analysis_version)

    @cached_property
    def determinations(self) -> dict[str, Signed]:
        """The determinations, by their numbers.

        Raises:
            Absent: there is none. ClearinghouseError: one does not hold.
        """
        found: dict[str, Signed] = {}
        for name in self.below(names.DETERMINATIONS, names.DETERMINATION):
            signed = read_signed(self.package.read(name), self.keys)
            if name != f"{names.DETERMINATIONS}/{signed.record.number}{names.DETERMINATION}":
                raise PackageError(f"{name} holds the determination {signed.record.number}", "name it by its number")
            found[signed.record.number] = signed
        if not found:
            raise Absent("No determination was made.")
        return found

    @cached_property
    def chains(self) -> dict[str, tuple[Chained, ...]]:
        """The events of each determination, by its number.

        Raises:
            Absent: there is no determination. ClearinghouseError: a chain does not hold.
        """
        paths = {number: f"{names.DETERMINATIONS}/{number}{names.EVENTS}" for number in self.determinations}
        strays = set(self.below(names.DETERMINATIONS, names.EVENTS)) - set(paths.values())
        if strays:
            raise PackageError(f"{min(strays)} belongs to no determination that is there", "put it beside its own")
        return {
            number: read_events(self.package.read(path, LARGEST_EVENTS), self.determinations[number], self.keys)
            for number, path in paths.items()
            if path in self.package
        } | {number: () for number, path in paths.items() if path not in self.package}

    def below(self, folder: str, ending: str) -> Iterator[str]:
        """Yield the names of files in a folder that end in a certain way."""
        for name in self.package.names:
            if name.startswith(f"{folder}/") and name.endswith(ending):
                yield name

    def read(self, name: str) -> bytes:
        """Return the bytes of a file.

        Raises:
            Absent: it is not in this copy.
        """
        if name not in self.package:
            raise Absent(f"{name} is not in this copy.")
        return self.package.read(name)

    def digest(self, name: str) -> str:
        """Return the SHA-256 of a file as it is listed, which may be withheld here; else of the file itself.

        Raises:
            Absent: it is neither listed nor there.
        """
        if names.MANIFEST in self.package:
            item = self.manifest.item(name)
            if item is not None:
                return item.sha256
        return digest_of(self.read(name))


class Check(NamedTuple):
    """One question.

    Attributes:
        name: short. means: what it shows that it holds, in a sentence. ask: returns in a sentence what was found;
            raises :class:`Absent`, or the error of what does not hold.
    """

    name: str
    means: str
    ask: Callable[[Case], str]


def run(case: Case, checks: Iterable[Check]) -> list[Checked]:
    """Return what came of checks. None of them keeps another from being made."""
    return [_asked(case, check) for check in checks]


def _asked(case: Case, check: Check) -> Checked:
    try:
        says = check.ask(case)
    except Absent as absent:
        return Checked(name=check.name, result=Result.ABSENT, says=str(absent), means=check.means)
    except ClearinghouseError as error:
        says = f"{_sentence(error.what)}."
        return Checked(name=check.name, result=Result.FAILS, says=says, means=check.means, remedy=error.remedy)
    return Checked(name=check.name, result=Result.HOLDS, says=says, means=check.means)


def _sentence(text: str) -> str:
    """Begin with a capital letter, but for a name of a file, which has one form."""
    first = text.partition(" ")[0]
    return f"{text[:1].upper()}{text[1:]}" if first.isalpha() else text
