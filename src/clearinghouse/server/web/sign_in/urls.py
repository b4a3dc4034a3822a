"""The addresses under ``/accounts/``: those of django-allauth that are wanted, one by one, and ours.

What is not here does not exist: signing up, changing one's address, joining further accounts of providers.
"""

from allauth.account import views as account
from allauth.socialaccount import views as provider
from django.urls import URLPattern, URLResolver, include, path, re_path

from clearinghouse.server.web.sign_in import pages
from clearinghouse.server.web.sign_in.links import INVITATION

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    path("password/reset/key/done/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[0-9A-Za-z-]+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("2fa/", include("allauth.mfa.urls")),
    path("browsers/", pages.browsers, name="browsers"),
    path(INVITATION.format("<slug:reference>", "<slug:token>"), pages.invitation, name="invitation"),
    path("provider/cancelled/", provider.login_cancelled, name="socialaccount_login_cancelled"),
    path("provider/error/", provider.login_error, name="socialaccount_login_error"),
    path("oidc/<slug:provider_id>/login/", pages.to_provider, name="openid_connect_login"),
    path("oidc/<slug:provider_id>/login/callback/", pages.from_provider, name="openid_connect_callback"),
]
