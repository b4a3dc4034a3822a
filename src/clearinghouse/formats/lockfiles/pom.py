"""Maven's ``pom.xml``.

Sources: https://maven.apache.org/pom.html and
https://maven.apache.org/guides/introduction/introduction-to-dependency-mechanism.html.

It is no lockfile: it names what the project asks for itself, and a notice says so.

- A version is that of the dependency, or that of ``dependencyManagement`` in the same file. Properties are those of
  the file, of a profile for its own dependencies, and what ``project`` and ``parent`` say. What comes from the
  parent's file, an imported BOM or the command line is not known: the item has no version, and a notice names the
  property.
- ``[1.2.3]`` is a version; any other range is none.
- Scope ``test`` is ``development``; ``optional`` is ``optional``. The dependencies of profiles are items like the
  others. Plugins and the parent are not: they build the project.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from clearinghouse.formats.contract import NO_MATCH, Format, Match
from clearinghouse.formats.document import Document
from clearinghouse.formats.lockfiles.pom_properties import Properties, unresolved
from clearinghouse.formats.lockfiles.shelf import DEVELOPMENT, OPTIONAL, RUNTIME, Record, Shelf, stocked
from clearinghouse.formats.parts import notice
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.text import plural, quoted
from clearinghouse.formats.xml_stream import Element, XmlError, broken_xml, elements, open_xml, root_of
from clearinghouse.records import Level, Problem

_NAMESPACE = "http://maven.apache.org/POM/"
_DEPENDENCIES = "dependencies"
_OWN = ("groupId", "artifactId", "version")
_WANTED = (
    *(f"/project/{name}" for name in _OWN),
    "/project/parent",
    "/project/properties",
    "/project/dependencies/dependency",
    "/project/dependencyManagement/dependencies/dependency",
    "/project/profiles/profile",
)
_EXACT = re.compile(r"\[\s*+([^\s,\[\]()]++)\s*+\]\Z")
_RANGE = re.compile(r"[\[(]")


class _Key(NamedTuple):
    """By what a managed dependency is found."""

    name: str
    type: str
    classifier: str


def detect(sample: Sample) -> Match:
    """Recognise the root ``project`` in Maven's namespace, or without one beside ``artifactId``."""
    root = root_of(sample.head)
    if root is None or root.name != "project":
        return NO_MATCH
    if root.namespace.startswith(_NAMESPACE):
        return Match(95)
    if root.namespace or "<artifactId>" not in sample.text:
        return NO_MATCH  # Ant's build.xml has the same root
    return Match(85 if "<modelVersion>" in sample.text else 70)


def read(document: Document) -> Iterator[Record]:
    """Yield the inventory of a project and an item for each dependency that it names."""
    shelf = Shelf(document.source, FORMAT.name, "Maven")
    yield from stocked(shelf, _fill(shelf, document))


def _fill(shelf: Shelf, document: Document) -> Iterator[Problem]:
    model = _Model()
    with open_xml(document) as stream:
        try:
            for element in elements(stream, _WANTED):
                model.take(element)
        except XmlError as error:
            yield broken_xml(document, error)
    model.close()
    own = (model.properties.resolve(model.written.get(f"project.{name}", "")) for name in _OWN)
    shelf.subject = ":".join(filter(None, own))
    missing = _Missing()
    for dependency, properties in model.dependencies:
        yield from _put(shelf, dependency, properties, model.managed, missing)
    yield from missing.notices(shelf.source)
    if model.dependencies:
        said = "A pom.xml names what the project itself asks for, and not what that brings with it."
        yield notice(shelf.source, "incomplete", said, expected="an SBOM, such as the CycloneDX plugin for Maven makes")


class _Model:
    """What the file says.

    Attributes:
        written: properties as written. properties: the same, to be put in. dependencies: each with the properties that
            it sees. managed: versions and scopes of ``dependencyManagement``.
    """

    def __init__(self) -> None:
        self.written: dict[str, str] = {}
        self.properties = Properties(self.written)
        self.dependencies: list[tuple[Element, Properties]] = []
        self.managed: dict[_Key, tuple[str, str]] = {}
        self._managing: list[tuple[Element, Properties]] = []

    def take(self, element: Element) -> None:
        if element.path.startswith("/project/dependencyManagement/"):
            self._managing.append((element, self.properties))
        elif element.name == "dependency":
            self.dependencies.append((element, self.properties))
        elif element.name == "profile":
            self._profile(element)
        elif element.name == "properties":
            self.written.update(_properties(element))
        elif element.name == "parent":
            for name in _OWN:
                self.written[f"project.parent.{name}"] = self.written[f"parent.{name}"] = element.text_of(name)
        else:
            self.written[f"project.{element.name}"] = element.text.strip()

    def _profile(self, profile: Element) -> None:
        own = profile.child("properties")
        properties = Properties(_properties(own) if own else {}, self.properties)
        for holder, into in ((profile, self.dependencies), (profile.child("dependencyManagement"), self._managing)):
            dependencies = holder.child(_DEPENDENCIES) if holder else None
            for dependency in dependencies.each("dependency") if dependencies else ():
                into.append((dependency, properties))

    def close(self) -> None:
        """All has been read: note what the parent gives, and which versions are managed."""
        for name in ("groupId", "version"):
            self.written.setdefault(f"project.{name}", self.written.get(f"parent.{name}", ""))
        for name in _OWN:  # as Maven 1 and 2 wrote them
            self.written.setdefault(f"pom.{name}", self.written.get(f"project.{name}", ""))
        for dependency, properties in self._managing:
            version, scope = (properties.resolve(dependency.text_of(name)) for name in ("version", "scope"))
            self.managed.setdefault(_key(dependency, properties), (version, scope))


def _properties(element: Element) -> dict[str, str]:
    return {child.name: child.text.strip() for child in element.children}


def _key(dependency: Element, properties: Properties) -> _Key:
    group, artifact, kind, classifier = (
        properties.resolve(dependency.text_of(name)) for name in ("groupId", "artifactId", "type", "classifier")
    )
    return _Key(f"{group}:{artifact}", kind or "jar", classifier)


class _Missing:
    """What versions depend on and the file does not have; each is told once, where it is met first."""

    def __init__(self) -> None:
        self.properties: dict[str, int] = {}
        self.without: list[int] = []

    def notices(self, source: str) -> Iterator[Problem]:
        for name, line in self.properties.items():
            yield _unknown(source, f"The property {quoted(name, 80)} is not set in this file.", line)
        if self.without:
            who = plural(len(self.without), "dependency has", "dependencies have")
            message = f"{who} no version here: the parent's file or an imported BOM gives it."
            yield _unknown(source, message, self.without[0])


def _put(
    shelf: Shelf,
    dependency: Element,
    properties: Properties,
    managed: Mapping[_Key, tuple[str, str]],
    missing: _Missing,
) -> Iterator[Problem]:
    key, line = _key(dependency, properties), dependency.line
    if not key.name.strip(":"):
        message = "The dependency names neither a group nor an artifact."
        yield Problem(source=shelf.source, code="missing_field", message=message, line=line, expected="artifactId")
        return
    managed_version, managed_scope = managed.get(key, ("", ""))
    stated = properties.resolve(dependency.text_of("version")) or managed_version
    scope = properties.resolve(dependency.text_of("scope")) or managed_scope
    for name in unresolved(f"{key.name} {stated}"):
        missing.properties.setdefault(name, line)
    if not stated:
        missing.without.append(line)
    written = f"{key.name}:{stated}" if stated else key.name
    shelf.put(key.name, _release(stated), written, scope=_scope(dependency, scope), line=line)


def _release(stated: str) -> str | None:
    """The version that is meant, if it is one: no range, and without a property that is not known."""
    if not stated or next(unresolved(stated), None):
        return None
    exact = _EXACT.match(stated)
    if exact:
        return exact[1]
    return None if _RANGE.match(stated) or stated in ("LATEST", "RELEASE") else stated


def _scope(dependency: Element, scope: str) -> str:
    if scope == "test":
        return DEVELOPMENT
    return OPTIONAL if dependency.text_of("optional").lower() == "true" else RUNTIME


def _unknown(source: str, message: str, line: int) -> Problem:
    return Problem(source=source, code="unresolved_version", message=message, line=line, level=Level.NOTICE)


FORMAT = Format(name="pom", title="pom.xml (Maven)", detect=detect, read=read, inventory=True)
