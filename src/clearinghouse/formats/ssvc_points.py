"""SSVC decision point values, in the spellings in which they are published.

CISA's container in CVE records writes ``{"Technical Impact": "total"}`` (SSVC "computed" schema 2.03), NVD
``{"technicalImpact": "total"}``, the CERT/CC selection schemas 1.0.1 and 2.0.0 ``{"name": "Technical Impact",
"values": [{"name": "Total"}]}``; older records differ in case. Names are compared by their letters only.

Sources: https://certcc.github.io/SSVC/reference/decision_points/ (``ssvc:E:1.1.0``, ``ssvc:A:2.0.0``,
``ssvc:TI:1.0.0``); https://certcc.github.io/SSVC/reference/ (schemas).
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from clearinghouse.formats.text import clean_line
from clearinghouse.records import Problem, SsvcPoint

POINTS = {
    "exploitation": {"none": "none", "poc": "poc", "publicpoc": "poc", "proofofconcept": "poc", "active": "active"},
    "automatable": {"yes": "yes", "no": "no"},
    "technicalimpact": {"partial": "partial", "total": "total"},
}
"""Decision point, then value as written, both by their letters: our value."""

_ATTRIBUTES = {"exploitation": "exploitation", "automatable": "automatable", "technicalimpact": "technical_impact"}
_NAME_KEYS = ("name", "label", "decision_point", "key")
_VALUE_KEYS = ("value", "values", "selected", "option")


def ssvc_point(content: Any, *, cve: str, source: str, pointer: str) -> tuple[SsvcPoint | None, list[Problem]]:
    """Read one SSVC object.

    Args:
        content: the decoded object with ``options`` (or ``selections``), ``role``, ``version``, ``timestamp``.
        cve: the record's own identifier; the one inside ``content`` is not trusted.
        source, pointer: where it stands.

    Returns:
        The point, or None when none of its decision points is one of the three, and a problem for each value that
        is not understood.
    """
    if not isinstance(content, dict):
        return None, [_problem(source, pointer, "SSVC content is no object.", "object with options")]
    values: dict[str, str] = {}
    problems = []
    for name, value, where in _pairs(content, pointer):
        point = _letters(name)
        if point not in POINTS:
            continue  # other decision points (Value Density, Mission Prevalence) are not inputs here
        known = POINTS[point].get(_letters(value))
        if known:
            values[_ATTRIBUTES[point]] = known
        else:
            shown = clean_line(value if isinstance(value, str) else repr(value), 60)
            expected = " or ".join(dict.fromkeys(POINTS[point].values()))
            problems.append(_problem(source, where, f"{cve}: {clean_line(name, 40)} is {shown!r}.", expected))
    if not values:
        return None, problems
    return (
        SsvcPoint(
            cve=cve,
            source=source,
            date=_text(content.get("timestamp")),
            version=_text(content.get("version")),
            role=_text(content.get("role")),
            **values,
        ),
        problems,
    )


def _pairs(content: dict[str, Any], pointer: str) -> Iterator[tuple[str, Any, str]]:
    """Yield (name, value, pointer) of each decision point."""
    for key in ("options", "selections"):
        options = content.get(key)
        if isinstance(options, dict):
            options = [options]
        for number, option in enumerate(options if isinstance(options, list) else ()):
            if isinstance(option, dict):
                for name, value in _option(option):
                    yield name, _single(value), f"{pointer}/{key}/{number}"


def _option(option: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """``{"Exploitation": "poc"}``, or ``{"name": "Exploitation", "value": "poc"}`` with the keys' synonyms."""
    name = next((option[key] for key in _NAME_KEYS if isinstance(option.get(key), str)), None)
    value = next((option[key] for key in _VALUE_KEYS if key in option), None)
    if name is not None and value is not None:
        yield name, value
    else:
        yield from option.items()


def _single(value: Any) -> Any:
    """A list of one value is that value; a labelled value is its label."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, dict):
        return next((value[key] for key in ("label", "name", "value", "key") if isinstance(value.get(key), str)), value)
    return value


def _letters(text: Any) -> str:
    return _letters_of(text) if isinstance(text, str) and len(text) < 100 else ""


@lru_cache(maxsize=1024)
def _letters_of(text: str) -> str:
    return "".join(filter(str.isalpha, text)).lower()


def _text(value: Any) -> str:
    return clean_line(value, 64) if isinstance(value, str) else ""


def _problem(source: str, pointer: str, message: str, expected: str) -> Problem:
    return Problem(source=source, code="unknown_ssvc_value", message=message, pointer=pointer, expected=expected)
