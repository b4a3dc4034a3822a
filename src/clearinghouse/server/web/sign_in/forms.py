"""The forms of signing in that are ours."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ResetPasswordForm
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest

from clearinghouse.server.membership.invitations import ForgottenTokens
from clearinghouse.server.participants.models import Person
from clearinghouse.server.web.sign_in.backend import may_be_here


class ForgottenForm(ResetPasswordForm):
    """Asks for a link that sets a new password.

    One query and one message, whether there is such a person or not; the message to an address that is nobody's says
    so, because nobody but who reads it is told.
    """

    def clean_email(self) -> str:
        """Take any address."""
        return str(self.cleaned_data["email"])

    def save(self, request: HttpRequest, **_: Any) -> str:
        """Send the message."""
        email = str(self.cleaned_data["email"])
        person = Person.objects.select_related("participant").filter(email=email.strip().lower()).first()
        adapter = get_adapter(request)
        if person is None or not may_be_here(person):
            adapter.send_mail("account/email/unknown_account", email, {})
            return email
        key = f"{user_pk_to_url_str(person)}-{ForgottenTokens().make_token(person)}"
        context = {"password_reset_url": adapter.get_reset_password_from_key_url(key)}
        adapter.send_mail("account/email/password_reset_key", email, context)
        return email


class FirstPasswordForm(SetPasswordForm):
    """Sets the first password of somebody who was invited."""

    new_password1 = forms.CharField(
        label="Password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 12 characters. A few words that you remember are better than signs that you do not.",
    )
    new_password2 = forms.CharField(
        label="The same password again",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class PasskeyForm(AddWebAuthnForm):
    """Adds a passkey, which is enough alone unless one says otherwise."""

    name = forms.CharField(required=False, max_length=60, help_text="Such as the device that it is in.")
    passwordless = forms.BooleanField(
        label="Enough alone, without the password",
        required=False,
        initial=True,
        help_text="The device then asks for a finger, a face or its PIN each time.",
    )
