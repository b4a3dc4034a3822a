"""What can be wrong with what a person gave."""

from clearinghouse.records import ClearinghouseError


class ValidationError(ClearinghouseError):
    """Something about a validation that a person can put right."""


class RecipeError(ValidationError):
    """A recipe that cannot be read, or that contradicts itself."""
