"""How one installation is set up: environment variables over ``config.toml`` over defaults, as one typed value.

Every name here is an environment variable with the prefix ``CLEARINGHOUSE_`` in upper case, and a key of
``config.toml`` in the home folder as it is written. ``DATABASE_URL`` has no prefix, because hosting platforms set it
so.
"""

import os
import shlex
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit, urlunsplit

import msgspec

from clearinghouse.records import ClearinghouseError

PREFIX = "CLEARINGHOUSE_"
CONFIG = "config.toml"
SECRET = frozenset({"key", "oidc_client_secret", "email_password", "metrics_token"})
"""What is not written into a file that is copied and shown; the key has a file of its own."""
_LISTS = frozenset({"backup_recipients"})
_DATABASES = frozenset({"postgres", "postgresql"})

Positive = Annotated[int, msgspec.Meta(ge=1)]


class ConfigurationError(ClearinghouseError):
    """The installation is not set up, or not in a way that can work."""


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one participant, and one request, may cost. Sizes in bytes.

    Attributes:
        report: largest body of a report, as sent. unpacked: largest report after its packing is undone.
        findings: most findings of one report. attachment: largest reproducer, patch or other attachment.
        inventory: largest inventory. attachments: most attachments of one report.
        reports_a_day, bytes_a_day: what one participant may send in 24 hours.
        waiting: reports of one participant that may wait to be read at one time.
        requests_a_minute: API calls of one service identity, and page views of one person, counted in each server
            process. anonymous_a_minute: requests from one address by who has not said who they are, counted likewise.
            sign_ins_a_minute: attempts for one account and from one address.
    """

    report: Positive = 64 * 2**20
    unpacked: Positive = 512 * 2**20
    findings: Positive = 250_000
    attachment: Positive = 16 * 2**20
    inventory: Positive = 50 * 2**20
    attachments: Positive = 16
    reports_a_day: Positive = 10_000
    bytes_a_day: Positive = 8 * 2**30
    waiting: Positive = 1_000
    requests_a_minute: Positive = 1_200
    anonymous_a_minute: Positive = 300
    sign_ins_a_minute: Positive = 10


TierWord = Literal["T1", "T2", "T3"]
"""How well untrusted code is isolated, as :class:`clearinghouse.sandbox.Tier` has it. T0 runs nothing of a stranger."""


class Validation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How reproducers are run, and what of them counts.

    Attributes:
        runner: the command through which a dispatcher speaks with a runner; empty starts one on its own machine, which
            is the lowest tier. tier: what the operator says that the runner's machine is: ``T2`` a virtual machine,
            ``T3`` a machine of its own. It counts only where its kernel is another one. A claim that needs more than
            this is refused when it is asked for.
        jobs: validations that run at one time beside ``serve --with-worker``; elsewhere it is as many as there are
            workers for the queue ``validations``.
        runs: how often each arm is run. offline: only packages that were fetched before are used.
        intake: recipes that come with reports are run by themselves.
        waiting: validations of one participant that may wait at one time.
        least: the tier below which nothing is run. member, trusted, coordinator: the same by who gives a recipe in.
        trust: references of the participants that are trusted.
        quorum: how many validators have to agree, the finder not among them.
        signing_key: what signs verdicts: a file, or the address of a key service (``awskms:ID``); empty is
            ``home/keys/verdicts.key``. signing_public: the file of its public half, where a service keeps the other.
    """

    runner: tuple[str, ...] = ()
    tier: TierWord = "T1"
    jobs: Positive = 1
    runs: Annotated[int, msgspec.Meta(ge=1, le=100)] = 3
    offline: bool = False
    intake: bool = True
    waiting: Positive = 50
    least: TierWord = "T1"
    member: TierWord = "T1"
    trusted: TierWord = "T1"
    coordinator: TierWord = "T1"
    trust: tuple[str, ...] = ()
    quorum: Positive = 2
    signing_key: str = ""
    signing_public: str = ""


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator decides.

    Attributes:
        home: folder of this installation: database, blobs, keys; for its owner only.
        origin: address under which people reach it, such as ``https://clearinghouse.example``.
        name: how it calls itself on its pages.
        database_url: as ``dj-database-url`` reads it; empty is SQLite in ``home``.
        key: the master key in base64, from the environment only. key_file: where it is kept; empty is
            ``home/keys/master.key``. key_command: program that wraps and unwraps keys (a KMS), instead of a file.
        trusted_proxies: how many proxies stand in front, each of which appends to ``X-Forwarded-For``.
        require_mfa: whether administrators and people of a coordinator must have a second factor.
        oidc_issuer: address of an OpenID Connect provider through which invited people may sign in; empty is none.
        oidc_client_id, oidc_client_secret: what it knows this installation by; the secret from the environment only.
        oidc_name: how the page for signing in calls it.
        email_host: server that takes e-mail; empty keeps each message as a file in ``home/outbox``.
        email_port: its port. email_tls: ``starttls``, ``tls`` or ``none``. email_user, email_password: how to sign in
            there; the password from the environment only. email_from: address of the sender.
        backup_recipients: age recipients (``age1…``) that can open backups; none is the one that ``init`` made.
        metrics_token: what a program has to show to read ``/metrics`` from another machine; from the environment only.
        demo: it holds invented data and tells everyone how to sign in.
        log_level: least severe level of what is logged.
        limits: what participants and requests may cost. validation: how reproducers are run.
    """

    home: Path
    origin: str = "http://127.0.0.1:8470"
    name: str = "Clearinghouse"
    database_url: str = ""
    key: str = ""
    key_file: str = ""
    key_command: str = ""
    trusted_proxies: Annotated[int, msgspec.Meta(ge=0)] = 0
    require_mfa: bool = True
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_name: str = "single sign-on"
    email_host: str = ""
    email_port: Annotated[int, msgspec.Meta(ge=1, le=65_535)] = 587
    email_tls: Literal["starttls", "tls", "none"] = "starttls"
    email_user: str = ""
    email_password: str = ""
    email_from: str = "clearinghouse@localhost"
    backup_recipients: tuple[str, ...] = ()
    metrics_token: str = ""
    demo: bool = False
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"
    limits: Limits = Limits()
    validation: Validation = Validation()

    def __repr__(self) -> str:
        """Return it as it can be shown: without what is secret."""
        shown = (f"{name}={value!r}" for name, value in self.public().items())
        return f"Configuration({', '.join(shown)})"

    def public(self) -> dict[str, Any]:
        """Return all settings by name; of what is secret only whether it is set, of addresses no password."""
        found: dict[str, Any] = msgspec.structs.asdict(self)
        found |= {name: "(set)" if found[name] else "" for name in SECRET}
        found["database_url"] = without_password(self.database_url)
        return found

    @property
    def blobs(self) -> Path:
        """Where sealed bytes are kept."""
        return self.home / "blobs"

    @property
    def keys(self) -> Path:
        """Where keys are kept that are not given otherwise."""
        return self.home / "keys"

    @property
    def database(self) -> str:
        """The address of the database."""
        return self.database_url or f"sqlite:///{self.home / 'clearinghouse.sqlite3'}"


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


def home_of(environ: Mapping[str, str]) -> Path:
    """Return the home folder that an environment names: ``CLEARINGHOUSE_HOME``, else one of the user's data folders."""
    named = environ.get(f"{PREFIX}HOME")
    if named:
        return Path(named).expanduser().absolute()
    data = environ.get("XDG_DATA_HOME") or str(Path("~/.local/share").expanduser())
    return Path(data) / "clearinghouse" / "server"


def load(environ: Mapping[str, str] | None = None) -> Configuration:
    """Return the configuration of this installation.

    Raises:
        ConfigurationError: a value is of the wrong kind or unknown, or the file cannot be read.
    """
    environ = os.environ if environ is None else environ
    home = home_of(environ)
    values = _over(_file(home / CONFIG), _environment(environ))
    values["home"] = str(home)
    try:
        found = msgspec.convert(values, Configuration, strict=False, dec_hook=_decoded)
    except msgspec.ValidationError as error:
        raise ConfigurationError(f"the configuration is wrong: {error}", "see docs/operate.md, Settings") from error
    require_database_url(found.database_url)
    if found.oidc_issuer and not found.oidc_issuer.startswith(("https://", "http://")):
        raise ConfigurationError("oidc_issuer is no address of a site", "it begins with https://")
    return msgspec.structs.replace(found, origin=origin_of(found.origin))


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


def _decoded(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise NotImplementedError


def _file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}", "mend it, or make a new one with init") from error
    unknown = values.keys() - set(Configuration.__struct_fields__)
    if secrets := sorted(values.keys() & SECRET):
        unknown = {f"{secrets[0]} (it is secret: set it in the environment)"}
    if unknown:
        wrong = ", ".join(sorted(unknown))
        raise ConfigurationError(f"{path} sets what is not to be set there: {wrong}", "see docs/operate.md, Settings")
    return values


def _over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Values over others; of a part, its fields are."""
    parts = {
        name: below[name] | above[name]
        for name in _PARTS
        if isinstance(below.get(name), dict) and isinstance(above.get(name), dict)
    }
    return below | above | parts


def _environment(environ: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in Configuration.__struct_fields__:
        if field not in {"home", *_PARTS} and (value := environ.get(PREFIX + field.upper())) is not None:
            found[field] = _given(field, value)
    if environ.get("DATABASE_URL"):
        found["database_url"] = environ["DATABASE_URL"]
    return found | {name: part for name, part in _parts(environ).items() if part}


_PARTS: dict[str, tuple[str, type[msgspec.Struct]]] = {
    "limits": ("LIMIT_", Limits),
    "validation": ("VALIDATION_", Validation),
}
"""Parts of the configuration: how their environment variables begin, and what they are."""


def _parts(environ: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """What the environment says of the parts, by part and field."""
    return {
        name: {
            field: _split(field, environ[variable])
            for field in kind.__struct_fields__
            if (variable := f"{PREFIX}{prefix}{field.upper()}") in environ
        }
        for name, (prefix, kind) in _PARTS.items()
    }


def _split(field: str, value: str) -> Any:
    """A command is written as in a shell, references with commas or spaces between them."""
    if field == "runner":
        return _words(value)
    if field == "trust":
        return value.replace(",", " ").split()
    return _flag(value) if isinstance(getattr(_VALIDATION, field, None), bool) else value


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError as error:
        what = f"{PREFIX}VALIDATION_RUNNER is no command: {error}"
        raise ConfigurationError(what, "write it as in a shell") from None


def _given(field: str, value: str) -> Any:
    if field in _LISTS:
        return value.replace(",", " ").split()
    return _flag(value) if isinstance(getattr(_DEFAULTS, field, None), bool) else value


def _flag(value: str) -> bool:
    known = {"1": True, "true": True, "yes": True, "on": True, "": False, "0": False, "false": False, "no": False}
    try:
        return known[value.strip().lower()]
    except KeyError:
        return known["1"]


_DEFAULTS = Configuration(home=Path())
_VALIDATION = Validation()
