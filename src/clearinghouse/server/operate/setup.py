"""A new installation: its folder, its configuration, its keys, its tables, its first organisation and person."""

import json
import os
from pathlib import Path

import msgspec

from clearinghouse.server.configuration import CONFIG, Configuration, ConfigurationError, origin_of
from clearinghouse.server.operate.home import make_folder, require_private

_TEMPLATE = """\
# The settings of this installation; docs/operate.md, Settings, has all of them. Each can also be given as an
# environment variable, such as CLEARINGHOUSE_ORIGIN, which goes before this file. Secrets are given so only.
# The server reads this file when it starts.

# The address under which people reach it, as they type it into a browser.
origin = {origin}

# How it calls itself on its pages.
name = {name}

# Where its data is. Empty is a SQLite file in this folder. PostgreSQL: "postgres://user@host:5432/database".
# A password goes better into a password file: "postgres://user@host/database?passfile=/path/to/pgpass".
database_url = {database_url}

# How many proxies stand in front of it, each of which appends to X-Forwarded-For. With deploy/Caddyfile it is 1.
trusted_proxies = 0

# Whether administrators and people of a coordinator must have a second factor.
require_mfa = true

# Who can open backups: public age keys. Empty is the one in keys/backup.recipient, which was made with this file.
# backup_recipients = ["age1…"]

# The server that takes e-mail. Empty keeps each message as a file in the folder outbox.
# email_host = "mail.example.org"
# email_port = 587
# email_from = "clearinghouse@example.org"

# How reproducers are run. Without a runner of its own, on this machine: the lowest tier of isolation.
# [validation]
# runner = ["ssh", "-T", "-o", "BatchMode=yes", "runner@runner.example.org", "clearinghouse", "sandbox", "serve"]
# tier = "T2"

# What one participant, and one request, may cost; sizes in bytes.
# [limits]
# report = 67108864
# reports_a_day = 10000
"""


class Made(msgspec.Struct, frozen=True):
    """What was made that was not there: paths, and what each is."""

    path: Path
    what: str


def make_home(home: Path, *, origin: str, name: str, database_url: str = "") -> list[Made]:
    """Make the folder and the configuration of an installation, where they are not there yet; return what was made.

    Raises:
        HomeError: the folder is not for its owner only. ConfigurationError: something cannot be written.
    """
    made: list[Made] = []
    try:
        if not home.exists():
            make_folder(home)
            made.append(Made(home, "the home folder, for its owner only"))
        require_private(home)
        path = home / CONFIG
        if not path.exists():
            values = {"origin": origin_of(origin), "name": name, "database_url": database_url}
            _write(path, _TEMPLATE.format(**{key: _toml(value) for key, value in values.items()}))
            made.append(Made(path, "the settings, with comments"))
        for folder in ("keys", "blobs"):
            make_folder(home / folder)
    except OSError as error:
        what = f"{error.filename or home} cannot be made: {error.strerror or error}"
        raise ConfigurationError(what, "name a folder that you may write in") from error
    return made


def _toml(text: str) -> str:
    """A basic string of TOML, whose escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=True).replace("\\/", "/")


def _write(path: Path, text: str) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def make_keys(configuration: Configuration) -> list[Made]:
    """Make the master key, the identity that opens backups and the key that signs verdicts, as far as there is none.

    Raises:
        MasterKeyError: the key cannot be made, or one that was there is gone. BackupError: the identity cannot be made.
        KeyFileError: the key that signs verdicts cannot be made.
    """
    from clearinghouse.server.evidence import blobs
    from clearinghouse.server.evidence.errors import MasterKeyError
    from clearinghouse.server.evidence.keyring import key_path
    from clearinghouse.server.evidence.master import make_master_key
    from clearinghouse.server.operate.backup.recipients import make_identity
    from clearinghouse.server.validations.keys import make_key

    made: list[Made] = []
    path = key_path(configuration)
    elsewhere = configuration.key or configuration.key_command
    if not elsewhere and not path.exists():
        if next(blobs.names(), None):
            what = f"the master key is not at {path}, and what is stored here was sealed under it"
            remedy = "bring it back, or name it with CLEARINGHOUSE_KEY_FILE; a new one reads none of it"
            raise MasterKeyError(what, remedy)
        name = make_master_key(path)
        made.append(Made(path, f"master key {name}: without it nobody reads what is stored here"))
    if not configuration.backup_recipients:
        identity = make_identity(configuration)
        if identity is not None:
            made.append(Made(identity, "the identity that opens backups"))
    signing = make_key(configuration)
    if signing is not None:
        made.append(Made(signing, "the key that signs verdicts"))
    return made


def make_tables() -> list[Made]:
    """Make the database's tables, if it has none; a database that has some is left as it is.

    Raises:
        DatabaseError: it cannot be reached; or it is empty, and what is stored belongs to another one.
    """
    from django.db import connection

    from clearinghouse.server.operate import database

    with database.reaching():
        if database.has_tables():
            return []
        database.require_not_lost()
        database.migrate()
    place = Path(connection.settings_dict["NAME"])
    return [Made(place, f"the {connection.vendor} database and its tables")]
