"""Moments as text: UTC, whole seconds, ``2026-11-24T08:30:00Z``. Texts compare as their moments do."""

import datetime as dt

FORM = "%Y-%m-%dT%H:%M:%SZ"


def stamp(now: dt.datetime) -> str:
    """Return a moment as text.

    Raises:
        ValueError: it has no zone.
    """
    if now.tzinfo is None:
        raise ValueError("a moment without a zone")
    return now.astimezone(dt.UTC).strftime(FORM)


def moment(text: str) -> dt.datetime:
    """Return the moment that a text names.

    Raises:
        ValueError: it is none of this form.
    """
    found = dt.datetime.strptime(text, FORM).replace(tzinfo=dt.UTC)
    if found.strftime(FORM) != text:
        raise ValueError(f"{text[:40]!a} is not written as {FORM}")
    return found
