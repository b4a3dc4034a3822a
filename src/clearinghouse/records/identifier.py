"""Identifiers that name flaws, and how they are written.

Sources: CVE Record Format 5.1 (``^CVE-[0-9]{4}-[0-9]{4,19}$``); GitHub Advisory Database
(``GHSA-xxxx-xxxx-xxxx`` over the alphabet ``23456789cfghjmpqrvwx``); OSV schema, list of identifier prefixes.
"""

import re

_ANY = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"(?P<cve>CVE-(?:1999|2\d{3})-\d{4,19})"
    r"|(?P<ghsa>GHSA(?:-[23456789cfghjmpqrvwx]{4}){3})"
    r"|(?P<osv>(?:PYSEC|RUSTSEC|GO|OSV|MAL|PSF|HSEC|RSEC|BIT|CURL|DSA|DLA|USN|RHSA|ALSA|ELSA|SUSE-SU|CLEANSTART)"
    r"-[A-Za-z0-9.:+_-]*\d[A-Za-z0-9.:+_-]*)"
    r")(?![A-Za-z0-9])",
    re.IGNORECASE,
)


def find_identifiers(text: str) -> tuple[str, ...]:
    """Return the CVE and GHSA identifiers written anywhere in ``text``, canonical, in order, each once."""
    if "-" not in text:
        return ()
    seen: dict[str, None] = {}
    for match in _ANY.finditer(text):
        if match["cve"] or match["ghsa"]:
            seen[canonical_identifier(match[0])] = None
    return tuple(seen)


def canonical_identifier(text: str) -> str:
    """Return the one spelling under which an identifier is compared.

    CVE and prefixed identifiers are upper case; the body of a GHSA identifier is lower case, as its
    publisher writes it. Text that is no known identifier is returned trimmed and otherwise as it is.
    """
    text = text.strip()
    upper = text.upper()
    if upper.startswith("GHSA-"):
        return "GHSA-" + text[5:].lower()
    return upper if _ANY.fullmatch(text) else text


def erase_identifiers(text: str) -> str:
    """Return ``text`` with every known identifier (CVE, GHSA, OSV-style) replaced by a blank."""
    return _ANY.sub(" ", text) if "-" in text else text
