"""What follows from signing in and out and from changes of factors: a row for the browser, an entry of the log."""

from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest

from clearinghouse.server.access.reader import Reader
from clearinghouse.server.audit.services import record
from clearinghouse.server.membership import sign_ins
from clearinghouse.server.participants.models import Person
from clearinghouse.server.web.session_store import REFERENCE
from clearinghouse.server.web.sign_in.agents import agent


def connect() -> None:
    """Listen."""
    user_logged_in.connect(_signed_in)
    user_logged_out.connect(_signed_out)
    post_save.connect(_factor_saved, sender=Authenticator)
    post_delete.connect(_factor_removed, sender=Authenticator)
    for signal in (password_changed, password_set):
        signal.connect(_password_changed)
    password_reset.connect(_password_reset)


def _signed_in(request: HttpRequest, user: Person, **_: Any) -> None:
    row = sign_ins.start(user, agent(request.headers.get("User-Agent", "")))
    request.session[REFERENCE] = row.reference


def _signed_out(request: HttpRequest, **_: Any) -> None:
    if reference := request.session.get(REFERENCE):
        sign_ins.forget(reference)


def _factor_saved(instance: Authenticator, created: bool, **_: Any) -> None:
    if created:
        _record(instance.user, "factor.added", factor=str(instance.type))


def _factor_removed(instance: Authenticator, **_: Any) -> None:
    _record(instance.user, "factor.removed", factor=str(instance.type))


def _password_changed(user: Person, **_: Any) -> None:
    _record(user, "password.changed")


def _password_reset(user: Person, **_: Any) -> None:
    """Whoever has a new password because they forgot the former one is signed out of all browsers."""
    reader = Reader(participant=user.participant_id, person=user.pk)
    with transaction.atomic():
        _record(user, "password.changed", forgotten=True)
        sign_ins.end_all(reader)


def _record(user: Person, act: str, **facts: str | bool) -> None:
    with transaction.atomic():
        record(Reader(participant=user.participant_id, person=user.pk), act, "person", user.pk, **facts)
