"""The description of the demonstration (``data/flood.toml`` and ``data/deployers.toml``), typed."""

import datetime as dt
import tomllib
from functools import cache
from importlib.resources import files

import msgspec

_FILES = ("flood", "deployers")


class Repository(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A project whose code was examined, at one commit."""

    commit: str
    about: str


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of Aurora's rules."""

    cwe: int
    severity: str
    title: str


class Aurora(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What Aurora says of a flaw; ``suppressed`` is why it was put aside."""

    rule: str
    text: str
    suppressed: str | None = None


class Basalt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What Basalt says of a flaw."""

    cwe: int
    severity: str
    title: str
    text: str
    status: str = "VALID"


class Cinder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the scanner Cinder says of a flaw; ``offset``: how many lines below Aurora it puts it."""

    cwe: int
    severity: str
    title: str
    check: str = ""
    cve: str = ""
    offset: int = 0
    fixed: str = ""


class Flaw(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One flaw: in the code of a repository or in a package, and who reported it.

    ``near`` is the key of the flaw that it must not be taken for.
    """

    key: str
    near: str | None = None
    repository: str = ""
    path: str = ""
    function: str = ""
    line: int = 0
    code: str = ""
    package: str = ""
    ecosystem: str = ""
    version: str = ""
    aurora: Aurora | None = None
    basalt: Basalt | None = None
    cinder: Cinder | None = None


class Advisory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One public advisory; ``flaw`` is the key of the flaw of the flood that it is about, if it is handed in there."""

    id: str
    aliases: list[str]
    package: str
    ecosystem: str
    fixed: str
    summary: str
    details: str
    flaw: str = ""
    cwe: int | None = None
    cvss: str | None = None


class Log(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One crash log; ``drift`` is added to every line number."""

    lab: str
    drift: int


class CrashCause(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One cause of crashes, and the logs that show it. Frames: function, file, line."""

    flaw: str
    logs: list[Log]
    kind: str
    access: str
    frames: list[tuple[str, str, int]]
    interceptor: str | None = None


class Ssvc(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """CISA's decision points."""

    exploitation: str
    automatable: str
    impact: str


class Product(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A product with a flaw in every version below ``fixed``; in all of them, where that is empty."""

    vendor: str
    product: str
    fixed: str = ""


class Signal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is known about one identifier; ``kev`` is its date of addition."""

    cve: str
    epss: float
    percentile: float
    kev: dt.date | None = None
    ransomware: str = "Unknown"
    ssvc: Ssvc | None = None
    title: str = ""
    affected: list[Product] = []


class Bulletin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A vendor's own advisory on one flaw of one product; ``affected`` is a range of versions as vendors write it."""

    id: str
    cve: str
    title: str
    vendor: str
    product: str
    affected: str
    fixed: str
    cvss: str
    mitigations: list[str]


class Deployer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One who has to act.

    Attributes:
        folder: where the inventories lie, below ``data/deployers``. name, about: for people.
        exposed: what holds for all that the inventories do not say it of.
    """

    folder: str
    name: str
    about: str
    exposed: str = "unknown"


class Description(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole description; ``date`` is the day on which the demonstration takes place."""

    date: dt.date
    repositories: dict[str, Repository]
    flaw: list[Flaw]
    advisory: list[Advisory]
    crash: list[CrashCause]
    signal: list[Signal]
    rules: dict[str, Rule]
    published: list[Advisory]
    bulletin: list[Bulletin]
    deployer: list[Deployer]


DATA = files("clearinghouse.cli.demo").joinpath("data")


@cache
def description() -> Description:
    """Return the description that is part of this package; both of its files have signals."""
    flood, deployers = (tomllib.loads(DATA.joinpath(f"{name}.toml").read_text("utf-8")) for name in _FILES)
    return msgspec.convert(flood | deployers | {"signal": flood["signal"] + deployers["signal"]}, Description)
