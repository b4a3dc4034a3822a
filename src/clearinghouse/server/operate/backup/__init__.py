"""Backups: one age-encrypted stream with the database, the sealed bytes and the settings; and the way back.

Inside the encryption stands a tar archive, in this order:

    about.json            what it is: version of this form, of the software, which database, which installation
    config.toml           the settings, without secrets and without the address of the database
    database/00000000     the database in pieces of 8 MiB: SQLite's file, or the archive of ``pg_dump``
    blobs/ab/ab12…        sealed bytes, each named by its SHA-256
    manifest.json         how much of what there is, with digests; without it a backup is not whole

What makes it is in :mod:`.making`, what reads it in :mod:`.reading`, what puts it into place in :mod:`.restoring`.
"""
