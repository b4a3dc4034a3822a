"""What conversions have in common: what is missing, what became of it, the software, and what shows a crash."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any

import msgspec

from clearinghouse.formats import crash
from clearinghouse.formats.text import clean_line, quoted
from clearinghouse.packages.purl import PackageUrl, PurlError
from clearinghouse.packages.purl import parse as parse_purl
from clearinghouse.validation.errors import RecipeError
from clearinghouse.validation.recipe import NAME, Loaded, from_files
from clearinghouse.validation.toml_text import text_of

NO_CONTROL = "No benign use was given, so the recipe has no control, and its verdict will say less."
NO_FIX = "No fixed version, archive or patch was given, so only the affected subject will be run."
_REGISTRIES = ("pypi", "npm", "cargo")


class Part(StrEnum):
    """What a recipe cannot be made without."""

    AFFECTED = "affected"
    FIXED = "fixed"
    VERSION = "version"
    BUILD = "build"
    COMMAND = "command"
    FILE = "file"
    LOG = "log"
    SHOWS = "shows"
    RECIPE = "recipe"


class Missing(msgspec.Struct, frozen=True):
    """One part that is missing, or that cannot be used as it is, and a sentence for who can give it."""

    part: Part
    why: str


class Converted(msgspec.Struct, frozen=True, kw_only=True):
    """What became of it.

    Attributes:
        files: ``recipe.toml`` and the files that it names; empty where something is missing. missing: what is.
        notes: sentences about what the recipe does without, and what was decided.
    """

    files: dict[str, bytes] = {}
    missing: tuple[Missing, ...] = ()
    notes: tuple[str, ...] = ()

    def recipe(self, source: str) -> Loaded:
        """Return the recipe.

        Raises:
            RecipeError: there is none, because something is missing.
        """
        return from_files(self.files, source)


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """The software before or after a fix: a package URL with its version, or a source archive, or a patch.

    Attributes:
        purl: of it. archive: the bytes of a source archive. patch: a unified diff against the side before.
        beside: package URLs of what is installed with it.
    """

    purl: str = ""
    archive: bytes = b""
    patch: bytes = b""
    beside: tuple[str, ...] = ()


def converted(recipe: dict[str, Any], out: dict[str, bytes], missing: list[Missing], notes: list[str]) -> Converted:
    """Return the recipe, if nothing is missing and it can be read as one."""
    notes += [] if "control" in recipe else [NO_CONTROL]
    notes += [] if "fixed" in recipe else [NO_FIX]
    if not missing:
        try:
            found = from_files({**out, NAME: text_of(recipe).encode()}, "the recipe")
            return Converted(files=found.files, notes=tuple(notes))
        except (RecipeError, ValueError) as error:
            missing.append(Missing(Part.RECIPE, f"What was given makes no recipe: {error}."))
    return Converted(missing=tuple(missing), notes=tuple(notes))


def put(name: str, data: bytes, out: dict[str, bytes], missing: list[Missing]) -> None:
    """Put a file of the sender's beside the recipe, unless its name is that of another one there."""
    if name == NAME or out.get(name, data) != data:
        missing.append(
            Missing(Part.FILE, f"A file is named {quoted(name, 80)}, as another of the recipe is; rename it.")
        )
    out[name] = data


def subjects_of(
    before: Side, after: Side, out: dict[str, bytes], missing: list[Missing], notes: list[str]
) -> dict[str, dict[str, Any]]:
    """Return the tables of the software, put its files among ``out``, and say what is missing of it."""
    found = {"affected": _subject(Part.AFFECTED, before, out, missing)}
    if after == Side():
        return found
    found["fixed"] = _subject(Part.FIXED, after, out, missing)
    if after.patch:
        notes.append("The fix is a patch, which is applied to the source of the affected version.")
    return found


def _subject(part: Part, side: Side, out: dict[str, bytes], missing: list[Missing]) -> dict[str, Any]:
    """The table of a subject."""
    given = [name for name in ("purl", "archive", "patch") if getattr(side, name)]
    if len(given) != 1 or (part is Part.AFFECTED and given == ["patch"]):
        said = " and ".join(given) or "nothing"
        missing.append(Missing(part, f"Of the {part} software {said} is given; a recipe needs one package or archive."))
        return {}
    found: dict[str, Any] = {"with": list(side.beside)} if side.beside else {}
    if side.purl:
        missing.extend(_wrong_purl(part, side.purl))
        return {**found, "purl": side.purl}
    name = f"{part}.patch" if side.patch else f"{part}.archive"
    out[name] = side.patch or side.archive
    return {**found, given[0]: name}


def _wrong_purl(part: Part, text: str) -> Iterator[Missing]:
    purl = purl_of(text)
    if purl is None:
        yield Missing(part, f"The {part} software {quoted(text)} is no package URL such as pkg:pypi/name@1.2.3.")
    elif purl.type not in _REGISTRIES:
        known = ", ".join(_REGISTRIES)
        yield Missing(
            part, f"Packages of the type {quoted(purl.type)} are not fetched, only {known}; give a source archive."
        )
    elif not purl.version:
        yield Missing(Part.VERSION, f"No one version of the {part} software {quoted(text)} is named; say which to run.")


def purl_of(text: str) -> PackageUrl | None:
    """Return the package URL that a text is, or None."""
    try:
        return parse_purl(text)
    except PurlError:
        return None


def with_version(text: str, versions: Sequence[str]) -> str:
    """Return a package URL with the one version that a report names; of several nobody here chooses."""
    purl = purl_of(text)
    if purl is None or purl.version or len(set(versions)) != 1:
        return text
    return msgspec.structs.replace(purl, version=versions[0]).canonical


def crash_of(log: str, missing: list[Missing]) -> dict[str, Any]:
    """Return the table of what shows a crash: what identifies it in its log; say what is missing for that."""
    found = crash.parse(log)
    if found is None:
        why = "What was printed holds no crash that is known, so nothing says what shows the flaw; name a text of it."
        missing.append(Missing(Part.SHOWS, why))
        return {}
    if found.type == "Timeout":
        return {"by": "hang"}
    if found.type == "Out-of-memory":
        return {"by": "limit", "of": "memory"}
    if found.type.endswith("-leak"):
        missing.append(Missing(Part.SHOWS, "The log is of a leak of memory, which cannot be looked for in a sandbox."))
        return {}
    sanitizer = found.tool.endswith("Sanitizer")
    if not found.state and not sanitizer:
        why = f"The {clean_line(found.tool, 40)} log has no frames that tell this crash from others; name a text of it."
        missing.append(Missing(Part.SHOWS, why))
    shows: dict[str, Any] = {"by": "sanitizer" if sanitizer else "crash", "type": found.type}
    if sanitizer and found.access:
        shows["access"] = found.access
    return {**shows, "state": list(found.state)} if found.state else shows
