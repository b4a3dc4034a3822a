"""A verdict as an in-toto statement: who vouches for which bytes, and what they came to.

The subjects of the statement are the recipe, every artefact that was fetched, and every piece of evidence, each with
its SHA-256; the predicate is the verdict with all it rests on, but for the reproducer itself. The type is documented in
docs/validation.md. Numbers with a fraction are written as text, because canonical JSON has none.
Source: in-toto Attestation Framework, Statement v1.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from clearinghouse import __version__
from clearinghouse.trust.statement import Statement
from clearinghouse.validation.errors import ValidationError
from clearinghouse.validation.result import Result
from clearinghouse.validation.verdict import Verdict

PREDICATE_TYPE = "urn:clearinghouse:predicate:validation:v1"
RECIPE, ARTEFACT, EVIDENCE = "recipe", "artefact", "evidence"
"""The first part of the name of each subject; a colon and its own name follow."""


class NotAValidationError(ValidationError):
    """A statement that is no verdict of this type."""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a statement about a validation says; unknown fields are passed over.

    Attributes:
        verdict, why: the verdict, and its reason. recipe: its title and digest. started: when, in UTC.
        isolation: tier, provider and what held each limit. runs: what each run showed.
    """

    verdict: Verdict
    why: str
    recipe: dict[str, str]
    started: str
    isolation: dict[str, Any] = {}
    runs: list[dict[str, Any]] = []
    rate: dict[str, Any] | None = None
    environment: dict[str, str] = {}
    signatures: list[str] = []
    problems: list[str] = []
    validator: dict[str, str] = {}


def statement_of(result: Result) -> Statement:
    """Return the statement about a result."""
    return Statement.of(_subjects(result), PREDICATE_TYPE, _predicate(result))


def said_by(statement: Statement) -> Said:
    """Return what a statement says about a validation.

    Raises:
        NotAValidationError: it is of another type, or does not say what one of this type says.
    """
    if statement.predicate_type != PREDICATE_TYPE:
        what = f"this statement is of type {statement.predicate_type[:100]!a}, which is no validation"
        raise NotAValidationError(what, f"give one of type {PREDICATE_TYPE}")
    try:
        said = msgspec.convert(statement.predicate, Said)
    except msgspec.ValidationError as error:
        raise NotAValidationError(f"this statement is no validation: {error}", "ask who made it for another") from None
    recipes = [each.digest.sha256 for each in statement.subject if each.name.startswith(f"{RECIPE}:")]
    if said.recipe.get("sha256") not in recipes:
        raise NotAValidationError(
            "this statement is about another recipe than the one that it names", "ask who made it for another"
        )
    return said


def _subjects(result: Result) -> Iterator[tuple[str, str]]:
    yield f"{RECIPE}:{result.recipe['title']}"[:200], result.recipe["sha256"]
    for arm, subject in result.subjects.items():
        for name, digest in subject.artefacts.items():
            yield f"{ARTEFACT}:{arm}/{name}", digest
    for each in result.evidence:
        yield f"{EVIDENCE}:{each.name}", each.sha256


def _predicate(result: Result) -> dict[str, Any]:
    whole = msgspec.to_builtins(result)
    del whole["evidence"]  # the subjects name it
    del whole["command"]  # the digest of the recipe binds it; whoever may read a verdict need not have the reproducer
    whole["recipe"].pop("path")  # where it lies on this machine says nothing to others
    whole["validator"] = {"name": "clearinghouse", "version": __version__}
    found = _without_fractions(whole)
    if not isinstance(found, dict):
        raise TypeError("a result is an object")
    return found


def _without_fractions(value: Any) -> Any:
    """Fractions as text."""
    if isinstance(value, float):
        return format(value, ".4f").rstrip("0").rstrip(".")
    if isinstance(value, dict):
        return {name: _without_fractions(each) for name, each in value.items()}
    return [_without_fractions(each) for each in value] if isinstance(value, list | tuple) else value
