"""What single cells mean: versions, days, numbers, yes and no, kinds of asset.

Whatever is not clear is nothing, never a guess.
"""

import re
from datetime import date
from functools import lru_cache

from clearinghouse.formats.dates import is_iso_date
from clearinghouse.records import AssetKind


class TypedNumber(str):
    """The text of a cell that holds a number: zeros at its end, as in 7.20, are lost."""

    __slots__ = ()


class TypedDate(str):
    """The text of a cell that holds a day, as ``YYYY-MM-DD``."""

    __slots__ = ()


_NOTHING = """
- | -- | --- | – | — | . | ? | ?? | ??? | n/a | na | n.a. | n.a | none | null | nil | nan | unknown | unkown |
not known | unspecified | undefined | tbd | tbc | tba | not available | not applicable | no version | #n/a | #ref! |
#value! | #name? | #div/0! | #null! | #num! | k.a. | k. a. | keine | keine angabe | unbekannt | nicht bekannt | n.v. |
entfällt | inconnu | desconocido | sconosciuto
"""
NOTHING = frozenset({"", *(" ".join(word.split()) for word in _NOTHING.split("|"))})
"""What people write into a cell that has no value."""
NO_VERSION = frozenset({"latest", "current", "newest", "various", "varies", "several", "mixed", "diverse", "aktuell"})
"""What people write for a version that says none."""

_YES_WORD = "yes y true x 1 ja j oui si sí internet public external exposed extern öffentlich wahr ✓ ✔ ☑"
_NO_WORD = "no n false 0 nein non internal intern private not none falsch isolated ☐ ✗ ✘"
_YES = frozenset(_YES_WORD.split())
_NO = frozenset(_NO_WORD.split())
_YES_WORDS = frozenset({"internet facing", "public facing", "external facing", "internet exposed"})
_NO_WORDS = frozenset({"not exposed", "internal only", "no internet", "air gapped", "not public", "lan only"})

_LABEL = re.compile(
    r"(?:(?:software|sw|firmware|fw|release|rel|version|ver|vers)\b\.?[ \t]*:?[ \t]*){1,3}(?=[vV]?\.?\d)", re.IGNORECASE
)
_DAY_MARK = re.compile(r"\d[.\-/ ]{1,2}[^\W\d_]{3}|[^\W\d_]{3}\.?[\-/ ]\d|\d[./\-]\d{1,2}[./\-]\d{2}")
"""What every day has somewhere, and hardly any version."""
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar",
            "feb february februar",
            "mar march mrz mär märz",
            "apr april",
            "may mai",
            "jun june juni",
            "jul july juli",
            "aug august",
            "sep sept september",
            "oct october okt oktober",
            "nov november",
            "dec december dez dezember",
        ),
        1,
    )
    for name in names.split()
}
_DAY_FIRST = re.compile(r"(\d{1,2})[.\-/ ]{1,2}([^\W\d_]{3,9})\.?(?:[.\-/ ,]{1,2}(\d{4}|\d{2}))?")
_MONTH_FIRST = re.compile(r"([^\W\d_]{3,9})\.?[\-/ ](\d{1,4})(?:,? (\d{4}))?")
_NUMERIC_DAY = re.compile(r"(\d{1,2})([./\-])(\d{1,2})\2(\d{4})(?:[ T]\d.*)?")
_ISO_START = re.compile(r"(\d{4}-\d\d-\d\d)(?:[ T]\d\d:.*)?")
_COUNT = re.compile(
    r"(\d{1,3}(?:[,.' ]\d{3})+|\d{1,9})(?:[.,]0{1,3})?(?: ?(?:x|pcs|stk|stück|units?)\.?)?", re.IGNORECASE
)


def is_nothing(text: str) -> bool:
    """Whether a cell says that there is no value."""
    return len(text) < 20 and text.lower() in NOTHING


def version_in(text: str) -> str | None:
    """Return the version in a cell that has a value, without a label such as ``Firmware``; None if it says none."""
    if not text or text.lower() in NO_VERSION:
        return None
    label = _LABEL.match(text)
    return text[label.end() :] if label else text


def looks_like_date(text: str) -> bool:
    """Whether a text is what a spreadsheet shows of a day, which it makes of 10.2 or 2-10 (``10. Feb``, ``2-Oct``)."""
    if len(text) > 24 or not _DAY_MARK.search(text):
        return False
    return day_in(text) is not None or _names_month(text) or _is_numeric_day(text)


def _names_month(text: str) -> bool:
    for pattern, group in ((_DAY_FIRST, 2), (_MONTH_FIRST, 1)):
        match = pattern.fullmatch(text)
        if match and match[group].lower() in _MONTHS:
            return True
    return False


def _is_numeric_day(text: str) -> bool:
    match = _NUMERIC_DAY.fullmatch(text)
    return match is not None and 1900 <= int(match[4]) <= 2100 and min(int(match[1]), int(match[3])) <= 12


@lru_cache(maxsize=4096)
def day_in(text: str) -> str | None:
    """Return the day that a cell names, as ``YYYY-MM-DD``; None if it names none, or one that can be read in two ways.

    ``03/04/2025`` can; ``03.04.2025`` is the third of April wherever days are written with points.
    """
    match = _ISO_START.fullmatch(text)
    if match:
        return match[1] if is_iso_date(match[1]) else None
    match = _NUMERIC_DAY.fullmatch(text)
    if match:
        first, second = int(match[1]), int(match[3])
        if match[2] != "." and first <= 12 and second <= 12 and first != second:
            return None
        month_first = second > 12 and match[2] != "."
        return _day(int(match[4]), first if month_first else second, second if month_first else first)
    match = _DAY_FIRST.fullmatch(text)
    if match and match[3] and len(match[3]) == 4:
        return _day(int(match[3]), _MONTHS.get(match[2].lower(), 0), int(match[1]))
    match = _MONTH_FIRST.fullmatch(text)
    if match and match[3] and len(match[2]) <= 2:
        return _day(int(match[3]), _MONTHS.get(match[1].lower(), 0), int(match[2]))
    return None


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def count_in(text: str) -> int | None:
    """Return a quantity: ``12``, ``1,200``, ``3 pcs``; None if it is none."""
    match = _COUNT.fullmatch(text)
    return int("".join(character for character in match[1] if character.isdecimal())) if match else None


@lru_cache(maxsize=4096)
def exposed_in(text: str) -> bool | None:
    """Return what a cell says of being exposed to the internet; None if it says neither yes nor no."""
    lowered = text.lower()
    if lowered in _YES or lowered in _NO:
        return lowered in _YES
    words = " ".join(lowered.replace("-", " ").replace("_", " ").split())
    if words in _YES_WORDS or words in _NO_WORDS:
        return words in _YES_WORDS
    return None


_KINDS = {
    AssetKind.MEDICAL: """
        medical | medical device | medical devices | medical equipment | biomed | biomedical | biomedical device |
        biomedical equipment | clinical device | iomt | mt | med. technik | medizintechnik | medizinprodukt |
        medizingerät | medizinisches gerät | infusion pump | syringe pump | patient monitor | ventilator |
        defibrillator | anesthesia machine | anaesthesia machine | mri | ct scanner | x-ray | ultrasound |
        dialysis machine | dispositif médical | dispositivo médico | dispositivo medico
    """,
    AssetKind.OPERATIONAL: """
        ot | operational technology | operational | ics | ics/ot | ot/ics | scada | industrial |
        industrial control system | control system | plc | rtu | hmi | dcs | process control | automation | sps |
        leittechnik | automatisierung | automatisierungstechnik | prozessleittechnik | building automation | bms |
        protection relay
    """,
    AssetKind.IT: """
        it | information technology | it asset | it equipment | it system | it device | office it | edv | ict |
        informatique | laptop | notebook | desktop | desktop pc | workstation
    """,
}
_KIND_OF = {" ".join(word.split()): kind for kind, words in _KINDS.items() for word in words.split("|")}


@lru_cache(maxsize=4096)
def kind_in(text: str) -> AssetKind | None:
    """Return what sort of thing an asset is, where the cell says so; a server or a switch may be of any sort."""
    lowered = text.lower().replace("_", " ")
    return _KIND_OF.get(lowered) or _KIND_OF.get(lowered.removesuffix("s"))
