"""What can go wrong while an installation is run, each with what its operator can do about it."""

from clearinghouse.records import ClearinghouseError


class OperateError(ClearinghouseError):
    """The installation cannot be run so."""


class NoInstallationError(OperateError):
    """There is no installation in this folder."""


class HomeError(OperateError):
    """The home folder, or a file in it, is not for its owner only, or belongs to somebody else."""


class MigrationsError(OperateError):
    """The tables are not those of this version of the software."""


class DatabaseError(OperateError):
    """The database cannot be reached, or does not do what it is asked."""


class ServingError(OperateError):
    """The server cannot be started."""


class BackupError(OperateError):
    """A backup cannot be made."""


class RestoreError(OperateError):
    """A backup cannot be restored, or not there."""
