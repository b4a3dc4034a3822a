"""The links by which an invited person sets their first password, and somebody who forgot theirs a new one."""

import datetime as dt

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.utils.http import base36_to_int

from clearinghouse.server.participants.models import Person

INVITED = dt.timedelta(days=7)
"""How long the link of an invitation works; as ``PASSWORD_RESET_TIMEOUT`` in the settings."""
FORGOTTEN = dt.timedelta(hours=1)
"""How long a link works that was asked for by somebody who forgot their password."""


class _Tokens(PasswordResetTokenGenerator):
    """A token is bound to the password that holds, to the last time of signing in and to whether one may at all, so
    that it works once, and not after any of these has changed."""

    longest = INVITED

    def _make_hash_value(self, user: Person, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}{user.is_active}"

    def check_token(self, user: Person | None, token: str | None) -> bool:
        """Whether the token is one of this person, and recent enough."""
        if not super().check_token(user, token):
            return False
        made = base36_to_int(str(token).partition("-")[0])
        return self._num_seconds(self._now()) - made <= self.longest.total_seconds()


class InvitationTokens(_Tokens):
    """For people who have no password yet."""

    key_salt = "clearinghouse.server.membership.invitation"


class ForgottenTokens(_Tokens):
    """For people who forgot their password."""

    key_salt = "clearinghouse.server.membership.forgotten"
    longest = FORGOTTEN


invitation_tokens = InvitationTokens()
