"""Filters and tags of the pages: time, numbers, markings and tiers in words.

``{% load clearinghouse %}``. All of them return text that the template escapes, except ``markup``, which shows what
:mod:`clearinghouse.formats.markup` made.
"""

import datetime as dt
import re
from typing import Any

import msgspec
from django import template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from clearinghouse.formats.markup import Markup
from clearinghouse.formats.text import plural as counted
from clearinghouse.priority import INCOMPLETE, in_words, table_for, table_named
from clearinghouse.server.web.moments import Moment, State, When
from clearinghouse.server.web.moments import moment as in_moment

register = template.Library()

LEVELS = 4
"""How many boxes the shape of a tier has."""
_TLP_MEANS = {
    "TLP:CLEAR": "may be shared with everybody",
    "TLP:GREEN": "may be shared within the community, not in public",
    "TLP:AMBER": "stays with your organisation and its clients",
    "TLP:AMBER+STRICT": "stays with your organisation",
    "TLP:RED": "is for the people who were named, and nobody else",
}
"""Source: FIRST, Traffic Light Protocol 2.0, https://www.first.org/tlp/"""


_COMMIT = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{28,52}\b")


class Tier(msgspec.Struct, frozen=True, kw_only=True):
    """A tier of the order of work.

    Attributes:
        words: its title. level: how many of its boxes are full, the most urgent all; None where no tier follows.
    """

    words: str
    level: int | None

    @property
    def boxes(self) -> list[tuple[int, bool]]:
        """The boxes of its shape: where each begins, and whether it is full."""
        return [(place * 7, place < (self.level or 0)) for place in range(LEVELS)]


@register.filter
def day(value: dt.date | dt.datetime | None) -> str:
    """A day: ``12 March 2026``; of a moment the day in the current time zone."""
    if not value:
        return ""
    return in_words(timezone.localtime(value).date() if isinstance(value, dt.datetime) else value)


@register.filter
def relative(value: When | None, now: dt.datetime | None = None) -> str:
    """How far off: ``in 3 days``, ``4 hours ago``."""
    return in_moment(value, now).relative if value else ""


@register.filter
def absolute(value: When | None) -> str:
    """When exactly: ``Thu 12 March 2026, 17:00 EDT``."""
    return in_moment(value).absolute if value else ""


@register.simple_tag
def moment(value: When | None, now: dt.datetime | None = None) -> Moment | None:
    """All words of a moment: ``{% moment at now as when %}``."""
    return in_moment(value, now or None) if value else None


@register.simple_tag
def state(value: When | None, now: dt.datetime | None = None, done: Any = None) -> State | None:
    """How a clock stands that ends at a moment; what is done is done whenever it was due."""
    if done:
        return State.DONE
    return in_moment(value, now or None).state if value else None


@register.filter
def thousands(value: float | None) -> str:
    """A number with its thousands apart: ``29,439``; what is not known is told so."""
    return "not known" if value is None else f"{value:,}"


@register.filter
def plural(value: int, words: str) -> str:
    """A count with its noun: ``{{ 3|plural:"finding" }}``, ``{{ 3|plural:"entry,entries" }}``."""
    one, _, many = words.partition(",")
    return counted(value, one, many)


@register.filter
def short_commit(text: str) -> str:
    """A name with the commits in it cut to twelve digits, which is how people tell them apart."""
    return _COMMIT.sub(r"\1…", str(text))


@register.filter
def percent(value: float) -> str:
    """A share of one as a percentage: ``0.985`` is ``98.5 %``."""
    return f"{100 * value:.3g} %"


@register.filter
def tlp(label: str) -> str:
    """The class of a TLP label: ``TLP:AMBER+STRICT`` is ``tlp-amber-strict``."""
    return "tlp-" + str(label).removeprefix("TLP:").lower().replace("+", "-")


@register.filter
def tlp_means(label: str) -> str:
    """What a TLP label asks of its reader, in a few words."""
    return _TLP_MEANS.get(str(label), "")


@register.simple_tag
def tier_of(key: str | None, table: str = "") -> Tier:
    """A tier by its key: ``{% tier_of flaw.tier as tier %}``, of the newest decision table or of one that is named."""
    decision = table_named(table) if table else table_for()
    if not key or key == INCOMPLETE or key not in decision.tiers:
        return Tier(words="No tier yet: facts are missing", level=None)
    place = decision.tiers.index(key)
    level = round(LEVELS * (len(decision.tiers) - 1 - place) / (len(decision.tiers) - 1))
    title = decision.outcomes[key].title
    return Tier(words=title[:1].upper() + title[1:], level=level)


@register.filter
def markup(value: Markup) -> SafeString:
    """What :mod:`clearinghouse.formats.markup` made, as it is.

    Raises:
        TypeError: it is anything else, which would have to be escaped.
    """
    if not isinstance(value, Markup):
        raise TypeError(f"only Markup is shown as it is, not {type(value).__name__}")
    return mark_safe(value.html)  # noqa: S308 - Markup escapes all that it is made of
