"""Who stands behind a record, by the prefix of its identifier.

Source: the table of identifier prefixes in the OSV schema (https://ossf.github.io/osv-schema/#id-modified-fields).
"""

DATABASES = {
    "ALBA": "AlmaLinux",
    "ALEA": "AlmaLinux",
    "ALPINE": "Alpine",
    "ALSA": "AlmaLinux",
    "ASB": "Android",
    "BELL": "BellSoft",
    "BIT": "Bitnami",
    "CGA": "Chainguard",
    "CURL": "curl",
    "DEBIAN": "Debian",
    "DLA": "Debian",
    "DRUPAL": "Drupal",
    "DSA": "Debian",
    "DTSA": "Debian",
    "ECHO": "Echo",
    "EEF": "Erlang Ecosystem Foundation",
    "GHSA": "GitHub",
    "GO": "Go vulnerability database",
    "GSD": "Global Security Database",
    "HSEC": "Haskell Security Response Team",
    "JLSEC": "Julia",
    "LSN": "Ubuntu",
    "MAL": "OpenSSF Malicious Packages",
    "MGASA": "Mageia",
    "MINI": "MinimOS",
    "OESA": "openEuler",
    "OSV": "OSS-Fuzz",
    "PHSA": "VMware Photon",
    "PSF": "Python Software Foundation",
    "PUB": "Android",
    "PYSEC": "PyPA",
    "RHBA": "Red Hat",
    "RHEA": "Red Hat",
    "RHSA": "Red Hat",
    "RLSA": "Rocky Linux",
    "RSEC": "R Consortium",
    "RUSTSEC": "RustSec",
    "RXSA": "Rocky Linux",
    "SUSE": "SUSE",
    "OPENSUSE": "openSUSE",
    "UBUNTU": "Ubuntu",
    "USN": "Ubuntu",
    "V8": "V8",
}


def database_of(identifier: str) -> str:
    """Return the name of the database that gave ``identifier``; its prefix where the prefix is not known."""
    prefix = identifier.partition("-")[0]
    return DATABASES.get(prefix.upper(), prefix)
