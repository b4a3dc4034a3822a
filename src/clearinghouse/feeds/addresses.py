"""Which addresses are asked at all: https, or a server on this machine. Nothing else, whatever a document names."""

import ipaddress
import re
from urllib.parse import urljoin, urlsplit

from clearinghouse.feeds.errors import RefusedError
from clearinghouse.formats.text import quoted

_PRINTABLE = re.compile(r"[\x21-\x7e]{1,4096}")


class AddressError(RefusedError):
    """An address that is not asked."""


def checked(address: str) -> str:
    """Return an address that may be asked.

    Raises:
        AddressError: it is not https (or http to this machine), has a user in it, or is no address at all.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
        parts = urlsplit("")
    if not host or port == 0 or not _PRINTABLE.fullmatch(address):
        raise AddressError(f"{quoted(address, 100)} is no web address", "give one that begins with https://")
    if parts.username is not None or parts.password is not None:
        raise AddressError(f"the address of {host} has a user or password in it", "leave them out; feeds are public")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_this_machine(host)):
        raise AddressError(
            f"{quoted(address, 100)} is not encrypted",
            "use https; plain http is taken only from this machine",
        )
    return address


def joined(base: str, reference: str) -> str:
    """Return what a reference in the document ``base`` means, checked as by :func:`checked`.

    A document from elsewhere may not lead to this machine, nor to an address that is no public one.

    Raises:
        AddressError: it may not be asked.
    """
    try:
        target = checked(urljoin(base, reference.strip()))
    except ValueError as error:
        raise AddressError(f"{quoted(reference, 100)} is no web address", "tell its publisher") from error
    if _is_inside(host_of(target)) and not is_this_machine(host_of(base)):
        raise AddressError(f"{host_of(base)} leads to an address inside this network", "tell its publisher")
    return target


def host_of(address: str) -> str:
    """Return the host of an address, in small letters."""
    return urlsplit(address).hostname or ""


def is_this_machine(host: str) -> bool:
    """Whether a host name is one for this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_inside(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost"
