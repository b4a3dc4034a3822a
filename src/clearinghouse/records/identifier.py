"""Identifiers that name flaws, and how they are written.

Sources: CVE Record Format 5.1 (``^CVE-[0-9]{4}-[0-9]{4,19}$``); GitHub Advisory Database
(``GHSA-xxxx-xxxx-xxxx`` over the alphabet ``23456789cfghjmpqrvwx``); OSV schema, table of identifier prefixes
(https://ossf.github.io/osv-schema/#id-modified-fields) and the numbering that each of those databases uses.

Every repetition below is bounded and no two branches can share a long beginning, so a search costs the length of
the text whatever stands in it.
"""

import re

_CVE = r"CVE-(?:1999|2\d{3})-\d{4,19}"
_GHSA = r"GHSA(?:-[23456789cfghjmpqrvwx]{4}){3}"
_DATABASES = (
    r"(?:PYSEC|RUSTSEC|GO|OSV|MAL|PSF|HSEC|RSEC|ELSA|CLEANSTART)-\d{4}-[A-Z]{0,4}\d{1,10}",  # year and number
    r"(?:RHSA|RHBA|RHEA|ALSA|RLSA|ELSA|SUSE-[A-Z]U)-\d{4}:\d{1,6}(?:-\d{1,3})?",  # errata of distributions
    r"(?:DSA|DLA|USN)-\d{1,6}(?:-\d{1,3})?",  # number and revision
    r"BIT-(?:[A-Z0-9._]{1,40}-){1,8}\d{4}-\d{4,19}",  # package, then year and number
    r"CURL-CVE-\d{4}-\d{4,19}",
    r"SNYK-[A-Z]{1,20}-[A-Z0-9._]{1,80}-\d{1,10}",
)
_FLAGS = re.IGNORECASE | re.ASCII


def _standing_alone(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(patterns)})(?![A-Za-z0-9])", _FLAGS)


_PUBLIC = _standing_alone(_CVE, _GHSA)
_KNOWN = _standing_alone(_CVE, _GHSA, *_DATABASES)
# File names and tests write CVE_2021_44228 and PocCVE202144228, people CVE 2021-44228 and cve2021:44228, word
# processors put in hyphens of other kinds.
_JOINT = r"[-_.:/# \t\u00a0\u2010-\u2015\u2212]{0,3}"
_ERASED_ONLY = (  # who else numbers flaws; not identifiers that findings are compared by
    r"ALAS[A-Z0-9.]{0,20}(?:[-_][A-Z0-9.]{1,20})?[-_]\d{4}[-_]\d{1,6}",  # Amazon Linux: repository, year, number
    rf"ZDI{_JOINT}(?:CAN{_JOINT}\d{{4,6}}|\d{{2}}{_JOINT}\d{{3,5}})",
    rf"(?:TALOS|CNVD|CNVD-C|JVNDB|EUVD|MFSA){_JOINT}(?:19|20)\d{{2}}{_JOINT}\d{{1,9}}",  # year and number
    rf"CNNVD{_JOINT}(?:19|20)\d{{4}}{_JOINT}\d{{1,6}}",
    rf"(?:VU|JVN){_JOINT}\d{{5,8}}",
)
_DISGUISED = re.compile(
    rf"(?<![A-Za-z0-9])(?:{'|'.join((*_DATABASES, *_ERASED_ONLY))})(?![A-Za-z0-9])"
    rf"|CVE{_JOINT}(?:1999|2\d{{3}}){_JOINT}\d{{4,19}}"
    rf"|GHSA(?:{_JOINT}[23456789cfghjmpqrvwx]{{4}}){{3}}",
    _FLAGS,
)


def find_identifiers(text: str) -> tuple[str, ...]:
    """Return the CVE and GHSA identifiers written anywhere in ``text``, canonical, in order, each once."""
    if "-" not in text:
        return ()
    return tuple(dict.fromkeys(canonical_identifier(match[0]) for match in _PUBLIC.finditer(text)))


def canonical_identifier(text: str) -> str:
    """Return the one spelling under which an identifier is compared.

    CVE and prefixed identifiers are upper case; the body of a GHSA identifier is lower case, as its
    publisher writes it. Text that is no known identifier is returned trimmed and otherwise as it is.
    """
    text = text.strip()
    if not _KNOWN.fullmatch(text):
        return text
    upper = text.upper()
    return "GHSA-" + text[5:].lower() if upper.startswith("GHSA-") else upper


def erase_identifiers(text: str) -> str:
    """Return ``text`` with every known identifier (CVE, GHSA, OSV-style) replaced by a blank.

    More is erased than is found: ``CVE_2021_44228`` in a file name, ``CVE 2021-44228`` and ``ZDI-21-1234`` give the
    flaw away too.
    """
    return _DISGUISED.sub(" ", text)
