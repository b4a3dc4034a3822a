"""How an operation of the API asks for a key, and for what it has to be good."""

from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer

from clearinghouse.server.access.reader import Reader
from clearinghouse.server.participants.scopes import Scope
from clearinghouse.server.web.middleware import reader_of


class MissingScopeError(Exception):
    """A key is good, but not for this.

    Attributes:
        scope: what it would have to be good for.
    """

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope.value)
        self.scope = scope


class Key(HttpBearer):
    """A key ``chk_v1_…`` in the Authorization header.

    Args:
        scope: what it has to be good for; None is any key.
    """

    openapi_scheme = "bearer"

    def __init__(self, scope: Scope | None = None) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Return who the middleware found to have the key.

        Raises:
            MissingScopeError: the key is not good for this.
        """
        reader: Reader = reader_of(request)
        if not reader.is_known:
            return None
        if self.scope is not None and not reader.has_scope(self.scope):
            raise MissingScopeError(self.scope)
        return reader
