"""The machine: permissions, room on the disk, the clock, the master keys, for whom backups are."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from clearinghouse.server.audit.models import Entry
from clearinghouse.server.configuration import Configuration
from clearinghouse.server.evidence import vault
from clearinghouse.server.evidence.errors import MasterKeyError, SealBrokenError, VaultClosedError
from clearinghouse.server.evidence.keyring import key_path
from clearinghouse.server.operate import database, home, master_keys
from clearinghouse.server.operate.backup.recipients import recipients
from clearinghouse.server.operate.check.finding import Finding
from clearinghouse.server.operate.errors import OperateError

_LEAST_ROOM = 2**30
_OFF = dt.timedelta(seconds=30)
_FIRST_RELEASE = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def permissions(configuration: Configuration) -> Iterator[Finding]:
    """Yield files and folders that are not for their owner only."""
    for each in home.complaints(configuration):
        yield Finding(part="files", code="not_private", what=each.what, remedy=each.remedy)


def room(configuration: Configuration) -> Iterator[Finding]:
    """Yield disks that are nearly full."""
    for path in _folders(configuration):
        free = database.free_bytes(path)
        if free < _LEAST_ROOM:
            what = f"there are {free / 2**20:,.0f} MiB left on the disk of {path}"
            yield Finding(part="disk", code="disk_full", what=what, remedy="make room, or move it to a larger disk")


def _folders(configuration: Configuration) -> list[Path]:
    """Those of the installation, one for each disk."""
    found = {path.stat().st_dev: path for path in (configuration.blobs, configuration.home) if path.is_dir()}
    return list(found.values())


def clock() -> Iterator[Finding]:
    """Yield clocks that differ, or that went back behind what was recorded."""
    now = timezone.now()
    remedy = "see that time synchronisation runs (timedatectl), on every machine of the installation"
    if now < _FIRST_RELEASE:
        yield Finding(part="clock", code="clock_wrong", what=f"this machine says that it is {now:%Y}", remedy=remedy)
    last = Entry.objects.aggregate(last=Max("at"))["last"]
    if last is not None and last > now + _OFF:
        what = f"the log has an entry of {last:%Y-%m-%d %H:%M} UTC, which has not come yet"
        yield Finding(part="clock", code="clock_went_back", what=what, remedy=remedy)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            theirs = cursor.fetchone()[0]
        off = abs(timezone.now() - theirs)
        if off > _OFF:
            what = f"the clocks of this machine and of the database differ by {off.total_seconds():.0f} seconds"
            yield Finding(part="clock", code="clocks_differ", what=what, remedy=remedy)


def keys(configuration: Configuration) -> Iterator[Finding]:
    """Yield why what is sealed cannot be read, and master keys that are needed and not here."""
    try:
        vault.require_open()
    except (VaultClosedError, SealBrokenError) as error:
        yield Finding(part="keys", code="vault_closed", what=error.what, remedy=error.remedy)
        if isinstance(error, MasterKeyError) and key_path(configuration).exists():
            return  # a key is here and cannot be used; which one it is cannot be said, so no other one is missed
    for each in master_keys.masters(configuration):
        if each.keys and not each.place and not each.id.startswith("command:"):
            what = f"master key {each.id} is not here, and {each.keys:,} keys are wrapped by it"
            remedy = f"bring it back into {configuration.keys}"
            yield Finding(part="keys", code="master_missing", what=what, remedy=remedy)


def backups(configuration: Configuration) -> Iterator[Finding]:
    """Yield why no backup can be made for whoever is named to open it."""
    try:
        if configuration.backup_recipients:
            recipients(configuration)
    except OperateError as error:
        yield Finding(part="backups", code="no_recipient", what=error.what, remedy=error.remedy)
