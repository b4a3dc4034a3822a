"""How often and after which pauses something is asked again."""

import datetime as dt
import email.utils
import re
from collections.abc import Callable

import msgspec

_SECONDS = re.compile(r"\d{1,9}")


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """Pauses that grow, with jitter, so that many clients do not come back together.

    Attributes:
        tries: most requests for one document.
        first: seconds that the first pause may last; each next one may last twice as long. longest: their limit.
        asked: most seconds that a server may ask to wait (``Retry-After``); whoever asks for more is not waited for.
    """

    tries: int = 6
    first: float = 1.0
    longest: float = 60.0
    asked: float = 120.0

    def pause(self, failures: int, jitter: Callable[[], float]) -> float:
        """Return seconds to wait after so many failures: anything up to the limit, as ``jitter`` (0 to 1) says.

        The law of exponential back-off with full jitter: drawn evenly from nothing to ``first * 2 ** (failures - 1)``.
        """
        return jitter() * min(self.longest, self.first * 2.0 ** min(failures - 1, 30))


def retry_after(value: str | None, now: dt.datetime) -> float | None:
    """Return the seconds after which a server asks to be asked again; None where it does not say so.

    ``Retry-After`` is a number of seconds or an HTTP date (RFC 9110, section 10.2.3); a date in the past asks for none.
    """
    value = (value or "").strip()
    if _SECONDS.fullmatch(value):
        return float(value)
    try:
        moment = email.utils.parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return max(0.0, (moment - now).total_seconds())
