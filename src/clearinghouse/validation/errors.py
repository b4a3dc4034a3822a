"""What can be wrong with what a person gave."""

from clearinghouse.records import ClearinghouseError


class ValidationError(ClearinghouseError):
    """Something about a validation that a person can put right."""


class RecipeError(ValidationError):
    """A recipe that cannot be read, or that contradicts itself."""


class NotToBeHadError(ValidationError):
    """What a recipe names cannot be fetched now: a registry does not answer, the cache cannot be used,
    or nobody can tell which file fits.

    It says nothing of the recipe, so it is no verdict; the same can be tried again.
    """


class TooMuchError(ValidationError):
    """What a recipe names is larger than there is room for."""
