"""Addresses as an operator gives them: of the site, and of its database."""

from urllib.parse import urlsplit, urlunsplit

from clearinghouse.records import ClearinghouseError

_DATABASES = frozenset({"postgres", "postgresql"})


class ConfigurationError(ClearinghouseError):
    """The installation is not set up, or not in a way that can work."""


def without_password(address: str) -> str:
    """Return the address of a database without the password in it."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "(set)"
    if parts.password is None and "password" not in parts.query:
        return address
    host = parts.netloc.rpartition("@")[2]
    query = "&".join(
        each for each in parts.query.split("&") if not each.lower().startswith(("password", "sslpassword"))
    )
    return urlunsplit(parts._replace(netloc=f"{parts.username}@{host}" if parts.username else host, query=query))


def origin_of(text: str) -> str:
    """Return an address as it is configured, without a slash at its end.

    Raises:
        ConfigurationError: it is not of the form ``https://host`` or ``http://host:port``.
    """
    address = text.strip().rstrip("/").lower()
    remedy = "give it as people type it, such as https://clearinghouse.example.org"
    try:
        parts = urlsplit(address)
        valid = (
            parts.scheme in {"http", "https"} and bool(parts.hostname) and address == f"{parts.scheme}://{parts.netloc}"
        )
        valid = valid and not parts.username and (parts.port is None or parts.port > 0)
    except ValueError as error:
        raise ConfigurationError("the origin is no address", remedy) from error
    if not valid or any(each.isspace() for each in address):
        raise ConfigurationError("the origin is no address of a site", remedy)
    return address


def require_database_url(address: str) -> None:
    """See that the address of a database is one of PostgreSQL, or of a file by its full path.

    Raises:
        ConfigurationError: it is not; the address is not said, because a password may be in it.
    """
    kind, _, rest = address.partition("://")
    if not address or kind in _DATABASES or (kind == "sqlite" and rest.startswith("//")):
        return
    remedy = "write postgres://user@host/name, or sqlite:////full/path with four slashes, or leave it empty"
    raise ConfigurationError("database_url, or DATABASE_URL, is no address of PostgreSQL or SQLite", remedy)
