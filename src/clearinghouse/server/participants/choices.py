"""Django's enumerations for columns, as a type checker can understand them; and one that is asked for before there
is a database.
"""

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from enum import IntEnum, StrEnum

    class TextChoices(StrEnum):
        """See :class:`django.db.models.TextChoices`."""

        label: str
        choices: ClassVar[list[tuple[str, str]]]
        values: ClassVar[list[str]]

    class IntegerChoices(IntEnum):
        """See :class:`django.db.models.IntegerChoices`."""

        label: str
        choices: ClassVar[list[tuple[int, str]]]
        values: ClassVar[list[int]]
else:
    from django.db.models import IntegerChoices, TextChoices

__all__ = ["IntegerChoices", "Kind", "TextChoices"]


class Kind(TextChoices):
    """What sort of organisation a participant is, as it says itself."""

    COMPANY = "company"
    AI_LAB = "ai_lab", "AI lab"
    OPEN_SOURCE = "open_source", "open source project"
    CRITICAL_INFRASTRUCTURE = "critical_infrastructure", "critical infrastructure operator"
    GOVERNMENT = "government"
    ACADEMIA = "academia", "university or institute"
    PERSON = "person", "single person"
