"""What an operator decides, as one typed value with two parts: limits, and how reproducers are run."""

from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from clearinghouse.server.configuration.addresses import without_password

SECRET = frozenset({"key", "oidc_client_secret", "email_password", "metrics_token"})
"""What is not written into a file that is copied and shown; the key has a file of its own."""
Positive = Annotated[int, msgspec.Meta(ge=1)]
TierWord = Literal["T1", "T2", "T3"]
"""How well untrusted code is isolated, as :class:`clearinghouse.sandbox.Tier` has it. T0 runs nothing of a stranger."""


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


class Validation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How reproducers are run, and what of them counts.

    Attributes:
        runner: the command through which a dispatcher speaks with a runner; empty starts one on its own machine, which
            is the lowest tier. tier: what the operator says that the runner's machine is: ``T2`` a virtual machine,
            ``T3`` a machine of its own. It counts only where its kernel is another one. A claim that needs more than
            this is refused when it is asked for.
        jobs: validations that run at one time beside ``serve --with-worker``; 0 leaves them to workers for the queue
            ``validations`` elsewhere, of which as many run as there are workers.
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
    jobs: Annotated[int, msgspec.Meta(ge=0)] = 1
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
