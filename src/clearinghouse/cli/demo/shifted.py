"""The demonstration's documents as if it took place on another day: every date in them moved by as many days."""

import datetime as dt
import gzip
import io
import re
import zipfile

from clearinghouse.cli.demo.made import Made

_DAY = re.compile(rb"\b(20[0-4]\d)([-.])(\d\d)\2(\d\d)(?!\d)")
_UNZIPPED_AT = (2020, 1, 1, 0, 0, 0)


def shifted(made: Made, days: int) -> Made:
    """Return a document with its dates moved; what gzip and zip hold is opened for it.

    Identifiers of invented flaws name the year 2099 and stay as they are.
    """
    if not days:
        return made
    content = made.content
    if content.startswith(b"\x1f\x8b"):
        moved = gzip.compress(_moved(gzip.decompress(content), days), mtime=0)
    elif content.startswith(b"PK\x03\x04"):
        moved = _moved_zip(content, days)
    else:
        moved = _moved(content, days)
    return Made(made.path, moved, made.labels)


def _moved(content: bytes, days: int) -> bytes:
    def later(match: re.Match[bytes]) -> bytes:
        year, separator, month, day = match.groups()
        try:
            moved = dt.date(int(year), int(month), int(day)) + dt.timedelta(days=days)
        except ValueError:  # a version that looks like a date
            return match[0]
        return separator.join((b"%04d" % moved.year, b"%02d" % moved.month, b"%02d" % moved.day))

    return _DAY.sub(later, content)


def _moved_zip(content: bytes, days: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            new.writestr(zipfile.ZipInfo(member.filename, _UNZIPPED_AT), _moved(old.read(member), days))
    return out.getvalue()
