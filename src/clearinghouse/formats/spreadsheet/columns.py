"""Which header of a spreadsheet means what: data, and the comparison of headers.

A header is compared without case, and by its letters and digits alone. Of several columns with one meaning, that one is
taken whose header stands first in the list of its meaning.
"""

import re
from functools import lru_cache

COLUMNS = {
    "vendor": """
        vendor | vendor name | manufacturer | manufacturer name | make | oem | brand | hersteller | herstellername |
        fabrikat | fabricant | constructeur | fabricante | marke | marque | marca | produttore | publisher | software
        vendor | supplier | supplier name | lieferant | mfr | mfg | mfgr | manuf | maker
    """,
    "product": """
        product | product name | software product | software | software name | software title | application |
        application name | app name | program | package | package name | component | component name | product
        description | make model | make and model | manufacturer model | vendor product | vendor and product | hardware
        software | item name | item description | asset description | device description | equipment description |
        equipment name | what is it | what it is | item | produkt | produktname | anwendung | programm | artikel |
        artikelbezeichnung | gerätebezeichnung | produit | logiciel | équipement | producto | prodotto
    """,
    "model": """
        model | model name | model no | model nr | model number | device model | hardware model | product model |
        model series | series | product number | part no | part number | catalog no | catalogue number | order number
        | order no | order nr | order code | ordering code | article no | article number | artikelnummer |
        bestellnummer | bestell nr | mlfb | modell | modellnummer | typ modell | modelltyp | gerätetyp |
        typenbezeichnung | baureihe | modèle | modelo | modello
    """,
    "version": """
        version | version no | version number | current version | installed version | component version | component
        version name | version name | product version | software version | sw version | application version | firmware
        version | fw version | firmware | fw | firmware release | firmware rev | release | release version | software
        release | revision | patch level | versionsnummer | versionsstand | firmwarestand | softwarestand |
        softwareversion | firmwareversion | versione | versión | sw fw rev | sw fw version | fw rev | sw rev | software
        rev | firmware revision | software revision | build | build number | ver | ver no | rel | rel no | vers
    """,
    "os": "operating system | os | os name | platform os | betriebssystem | système d'exploitation",
    "os_version": "os version | operating system version | os release | os build | betriebssystemversion",
    "asset": """
        asset name | hostname | host name | host | computer name | device name | system name | machine name | node
        name | gerätename | rechnername | nom d'hôte | asset | asset tag | asset id | asset no | asset number | device
        id | equipment id | equipment no | equipment number | tag | tag no | tag number | inventory no | inventory
        number | inventory id | ci name | control number | inventarnummer | inventarnr | inventar nr | anlagennummer |
        serial | serial no | serial number | s/n | seriennummer | seriennr
    """,
    "location": """
        location | site | site name | facility | plant | campus | branch | building | floor | department | dept | ward
        | unit location | where is it | where | room | room no | room number | cabinet | rack | standort | ort | werk
        | filiale | gebäude | etage | abteilung | station | raum | einsatzort | aufstellort | site géographique
        | emplacement | ubicación | ubicazione
    """,
    "owner": """
        owner | asset owner | system owner | business owner | application owner | responsible | responsible person |
        who looks after it | looked after by | responsible party | custodian | contact | contact person | point of
        contact | poc | managed by | administrator | verantwortlich | verantwortlicher | verantwortliche person |
        ansprechpartner | zuständig | betreuer | responsable | responsabile
    """,
    "count": """
        quantity | qty | count | number of units | number of devices | no of units | no of devices | units | instances
        | installations | installs | anzahl | menge | stückzahl | stück | quantité | cantidad | quantità
    """,
    "exposed": """
        exposed | exposed to internet | exposed to the internet | internet exposed | internet facing | internet
        accessible | publicly exposed | publicly accessible | public facing | public | external | external facing |
        externally accessible | externally exposed | reachable from internet | reachable from the internet | internet |
        reachable from outside | accessible from outside | on internet | on the internet | internet connected | remote
        | remote access | remotely accessible | remotely reachable | exponiert | öffentlich | öffentlich erreichbar |
        extern erreichbar | extern | fernzugriff | internet erreichbar | aus dem internet erreichbar
    """,
    "kind": """
        kind | asset kind | category | asset category | device category | equipment category | asset class | device
        class | class | asset type | device type | equipment type | system type | it/ot | ot/it | ot | kategorie |
        klasse | anlagenklasse | geräteart | gerätekategorie | catégorie | categoría | categoria
    """,
    "purl": "purl | package url",
    "cpe": "cpe | cpe name | cpe 2.3 | cpe uri | cpe23",
    "ecosystem": "ecosystem | package ecosystem | package manager | package type",
    "commissioned": """
        in service since | in service date | date in service | put into service | commissioned | commissioned on |
        commissioning date | date commissioned | install date | installation date | installed on | date installed | go
        live | go live date | in use since | inbetriebnahme | inbetriebnahmedatum | in betrieb seit |
        installationsdatum | installiert am | mise en service
    """,
}
"""Meaning → the headers that have it, with bars between them, the better ones first."""

OPEN: dict[str, tuple[str, ...]] = {
    "name": ("product", "asset"),
    "item": ("product", "asset"),
    "description": ("product",),
    "device": ("product", "asset"),
    "equipment": ("product", "asset"),
    "system": ("product", "asset"),
    "machine": ("product", "asset"),
    "type": ("model", "kind"),
    "typ": ("model", "kind"),
    "bezeichnung": ("product",),
    "beschreibung": ("product",),
    "gerät": ("product", "asset"),
    "system name": ("product",),
    "anlage": ("product", "asset"),
    "désignation": ("product",),
    "appareil": ("product", "asset"),
    "nombre": ("product",),
}
"""Headers that may mean one thing or another: the first of these that no other column has. So an ``Item`` beside a
``Software / Model`` is the thing that it runs on."""

IDENTIFYING = ("product", "model", "purl", "cpe")
"""A table of what somebody has says with one of these what it is."""
SUPPORTING = frozenset({"vendor", "version", "model", "ecosystem", "os"})
"""With one of these beside it, it is plainly no other list."""

_FINDINGS = """
cve cves cveid cveids cvenumber ghsa ghsaid cvss cvssscore cvssbasescore cvssvector cvssv2 cvssv3 cvssv4 cwe cwes cweid
severity vulnerability vulnerabilities vulnerabilityid vulnerabilityname vulnid finding findings findingid findingtitle
issuetitle pluginid qid nvtname epss remediation stepstoreproduce controlid checkid ruleid
"""
FINDINGS = frozenset(_FINDINGS.split())
"""Headers of lists of flaws. A list of flaws says what is wrong with what is there; an inventory only what is there."""

MAX_HEADER = 80
"""Longest header in characters."""

_PARTS = re.compile(r"[/,;|\n()\[\]&+]|\b(?:or|and|und|oder|et|ou)\b")


@lru_cache(maxsize=1 << 14)
def plain(header: str) -> str:
    """Return a header as it is compared: its letters and digits, in lower case."""
    return "".join(character for character in header.lower() if character.isalnum())


_HEADERS = {meaning: [plain(header) for header in headers.split("|")] for meaning, headers in COLUMNS.items()}
_MEANING = {header: meaning for meaning, headers in _HEADERS.items() for header in headers}
_OPEN = {plain(header): meanings for header, meanings in OPEN.items()}
_RANK = {header: rank for headers in _HEADERS.values() for rank, header in enumerate(headers)}
_NO_RANK = 1_000
_CHOICE = re.compile(r"[(\[] ?(?:y|yes|j|ja|o|oui|s|si|x) ?/ ?(?:n|no|nein|non|-) ?[)\]]", re.IGNORECASE)
"""What may be written in a column, where its name says it."""
_ALL_IN_ONE = frozenset({"vendor", "product", "model", "version"})


@lru_cache(maxsize=1 << 14)
def meanings_of(header: str) -> tuple[str, ...]:
    """Return what a header may mean, the likeliest first; nothing where it is not known.

    One of several words, such as ``Vendor / Manufacturer``, means what they all mean. Several meanings are left where
    other columns decide (:data:`OPEN`).
    """
    if not header or len(header) > MAX_HEADER:
        return ()
    found = _known(plain(header)) or _known(plain(_CHOICE.sub("", header)))
    if found:
        return found
    together = {meaning for part in _PARTS.split(header.lower()) if (meaning := _MEANING.get(plain(part)))}
    if len(together) > 1 and together <= _ALL_IN_ONE:
        return ("product",)  # one cell that holds all: "Make / Model / Firmware"
    return tuple(together) if len(together) == 1 else ()


def _known(name: str) -> tuple[str, ...]:
    if name in _MEANING:
        return (_MEANING[name], *(other for other in _OPEN.get(name, ()) if other != _MEANING[name]))
    return _OPEN.get(name, ())


def is_vague(header: str) -> bool:
    """Whether a header says too little to know a table by it: many lists have a description."""
    name = plain(header)
    return name in _OPEN and name not in _MEANING


def rank_of(header: str) -> int:
    """Return how well a header says its meaning; the less the better. One of several words is as good as the best."""
    rank = _RANK.get(plain(header))
    if rank is not None:
        return rank
    return min((found for part in _PARTS.split(header.lower()) if (found := _RANK.get(plain(part)))), default=_NO_RANK)


def is_of_findings(header: str) -> bool:
    """Whether only lists of flaws have a column of this name."""
    return plain(header) in FINDINGS
