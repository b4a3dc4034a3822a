"""Django's enumerations for columns, as a type checker can understand them."""

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

__all__ = ["IntegerChoices", "TextChoices"]
