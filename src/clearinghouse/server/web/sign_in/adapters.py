"""Where django-allauth asks what is to be done: for accounts, for second factors, and for other providers."""

import base64
import logging
from io import BytesIO
from secrets import token_bytes
from smtplib import SMTPException
from typing import Any

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from qrcode.image.svg import SvgPathFillImage

from clearinghouse.server.evidence import vault
from clearinghouse.server.evidence.errors import RESTORE, SealBrokenError
from clearinghouse.server.participants.models import Person
from clearinghouse.server.web import answers
from clearinghouse.server.web.sign_in.backend import may_be_here
from clearinghouse.server.web.sign_in.links import absolute
from clearinghouse.server.web.sign_in.outbox import keep
from clearinghouse.server.web.throttle import client_address

_NONCE = 12
_PURPOSE = "second factors"
_log = logging.getLogger("clearinghouse.sign_in")


class AccountAdapter(DefaultAccountAdapter):
    """Passwords and messages."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: people are invited."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Person | None:
        """Return whose address and password these are; if they may not be here, it is as if these were wrong."""
        person: Person | None = super().authenticate(request, **credentials)
        return person if person is not None and may_be_here(person) else None

    def pre_login(self, request: HttpRequest, user: Person, **facts: Any) -> HttpResponse | None:
        """Refuse whoever may not be here, in whatever way they proved who they are."""
        if not may_be_here(user):
            refused: HttpResponse = self.respond_user_inactive(request, user)
            return refused
        going_on: HttpResponse | None = super().pre_login(request, user, **facts)
        return going_on

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the sender's address, as far as it can be trusted."""
        return client_address(request, settings.CONFIGURATION.trusted_proxies) or "0.0.0.0"  # noqa: S104 - unknown

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the address of a link, under the installation's own origin whatever the request was sent to."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return absolute(path.replace("UID-KEY", key))

    def format_email_subject(self, subject: str) -> str:
        """Return the subject with the installation's name."""
        return f"[{settings.CONFIGURATION.name}] {subject}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a message. One that the mail server does not take is kept in the outbox, so that no link is lost."""
        configuration = settings.CONFIGURATION
        ours = {"email": email, "name": configuration.name, "origin": configuration.origin, "request": self.request}
        message = self.render_mail(template_prefix, email, ours | context)
        try:
            message.send()
        except (OSError, SMTPException) as error:
            _log.error("a message was not taken by the mail server and is kept in the outbox: %s", type(error).__name__)
            keep(message)


class FactorAdapter(DefaultMFAAdapter):
    """Second factors. Their secrets are sealed by the vault: a copy of the database makes no codes."""

    def get_totp_issuer(self) -> str:
        """Return under which name an app lists the codes."""
        return str(settings.CONFIGURATION.name)

    def generate_authenticator_name(self, user: Person, type: Authenticator.Type) -> str:
        """Return what a passkey is called until its owner says otherwise."""
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return f"Passkey {number}"

    def build_totp_svg(self, url: str) -> str:
        """Return a picture of a secret, black on white on every ground."""
        picture = BytesIO()
        qrcode.make(url, image_factory=SvgPathFillImage).save(picture)
        return picture.getvalue().decode()

    def _get_site_name(self) -> str:
        return str(settings.CONFIGURATION.name)

    def encrypt(self, text: str) -> str:
        """Seal a secret."""
        nonce = token_bytes(_NONCE)
        return base64.b64encode(nonce + _cipher().encrypt(nonce, text.encode(), None)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return a sealed secret."""
        sealed = base64.b64decode(encrypted_text)
        try:
            return _cipher().decrypt(sealed[:_NONCE], sealed[_NONCE:], None).decode()
        except InvalidTag as error:
            raise SealBrokenError("a second factor cannot be read", RESTORE) from error


class ProviderAdapter(DefaultSocialAccountAdapter):
    """Providers of organisations: they vouch for people who were invited, and bring nobody else."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Nobody signs up."""
        return False

    def authenticate_by_email(self, sociallogin: Any) -> None:
        """Decided in :meth:`pre_social_login` instead, which leaves the person's password as it is."""
        return

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Join a provider's account with the person who was invited with its verified address, once.

        From then on the provider's own name for them counts (OpenID Connect Core 1.0, section 5.7). What else the
        provider tells of them is not kept.
        """
        if sociallogin.state.get("process") not in {None, "login"}:
            raise ImmediateHttpResponse(answers.refusal(request, 403))
        sociallogin.account.extra_data = {}
        if sociallogin.is_existing:
            sociallogin.account.save(update_fields=["extra_data"])
            return
        person = _invited_with(sociallogin.email_addresses)
        if person is None:
            raise ImmediateHttpResponse(HttpResponseRedirect(reverse("socialaccount_login_cancelled")))
        sociallogin.connect(request, person)


def _invited_with(addresses: Any) -> Person | None:
    """The person with the address that a provider says it has verified. Only ``true`` is: some send ``"false"``."""
    verified = [each.email.strip().lower() for each in addresses if each.verified is True]
    person = Person.objects.select_related("participant").filter(email__in=verified).first()
    return person if person is not None and may_be_here(person) else None


def _cipher() -> AESGCM:
    return AESGCM(vault.index_key(_PURPOSE))
