"""Who has which password, and whether they may still be here."""

from allauth.account.auth_backends import AuthenticationBackend

from clearinghouse.server.participants.models import Person


class PersonBackend(AuthenticationBackend):
    """What ``AUTHENTICATION_BACKENDS`` names.

    One query and one calculation of a password's hash, whether there is such a person or not.
    """

    def _authenticate_by_email(self, email: str, password: str) -> Person | None:
        person = Person.objects.select_related("participant").filter(email=email.strip().lower()).first()
        found: Person | None = self._check_password(person, password)
        return found

    def user_can_authenticate(self, user: Person) -> bool:
        """Whether somebody may sign in and stay signed in."""
        return may_be_here(user)

    def get_user(self, user_id: int) -> Person | None:
        """Return the person of a session, or None if they may not be here any more."""
        person = Person.objects.select_related("participant").filter(pk=user_id).first()
        return person if person is not None and may_be_here(person) else None


def may_be_here(person: Person) -> bool:
    """Whether a person is active and their participant open."""
    return bool(person.is_active and person.participant.closed_at is None)
