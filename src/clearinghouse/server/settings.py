"""Django's settings, derived from :mod:`clearinghouse.server.configuration`. Nothing else decides anything here."""

import dj_database_url
from django.conf.global_settings import STORAGES as _STORAGES

from clearinghouse.server.configuration import load
from clearinghouse.server.secret import secret_key

CONFIGURATION = load()
_HTTPS = CONFIGURATION.origin.startswith("https://")
_HOST = CONFIGURATION.origin.partition("://")[2].partition("/")[0]

SECRET_KEY = secret_key(CONFIGURATION)
DEBUG = False
ALLOWED_HOSTS = [_HOST.rpartition(":")[0].strip("[]") or _HOST, _HOST, "127.0.0.1", "localhost", "[::1]"]
ROOT_URLCONF = "clearinghouse.server.urls"
WSGI_APPLICATION = "clearinghouse.server.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "clearinghouse.server.participants",
    "clearinghouse.server.access",
    "clearinghouse.server.audit",
    "clearinghouse.server.jobs",
    "clearinghouse.server.evidence",
    "clearinghouse.server.intake",
    "clearinghouse.server.vulnerabilities",
    "clearinghouse.server.validations",
    "clearinghouse.server.inventories",
    "clearinghouse.server.oversight",
    "clearinghouse.server.operate",
    "clearinghouse.server.web",  # before allauth, whose templates it replaces
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]
MIDDLEWARE = [
    "clearinghouse.server.web.middleware.SecurityHeadersMiddleware",
    "clearinghouse.server.web.requests.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "clearinghouse.server.web.middleware.CrossOriginMiddleware",
    "clearinghouse.server.web.middleware.AddressMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "clearinghouse.server.web.middleware.ReaderMiddleware",
    "clearinghouse.server.web.middleware.ThrottleMiddleware",
    "clearinghouse.server.web.middleware.SecondFactorMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "clearinghouse.server.web.middleware.ErrorMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "clearinghouse.server.web.context.frame",
            ],
        },
    }
]

_SQLITE = {
    # A transaction takes the lock for writing when it begins, so that it waits instead of failing when it first writes.
    "transaction_mode": "IMMEDIATE",
    "timeout": 60,
    # FULL: a receipt that was given is on the disk. secure_delete: what was purged is overwritten.
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY;"
        "PRAGMA cache_size=-65536; PRAGMA mmap_size=1073741824; PRAGMA journal_size_limit=67108864;"
        "PRAGMA wal_autocheckpoint=8000;"
    ),
}
DATABASES = {"default": dj_database_url.parse(CONFIGURATION.database, conn_max_age=600, conn_health_checks=True)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = dict(_SQLITE)

AUTH_USER_MODEL = "participants.Person"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
TASKS = {"default": {"BACKEND": "clearinghouse.server.jobs.backend.JobBackend", "QUEUES": ["default", "validations"]}}

STORAGES = _STORAGES | {
    # Names with a digest of the content, and compressed copies; `clearinghouse serve` runs collectstatic.
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    "blobs": {
        "BACKEND": "clearinghouse.server.evidence.storage.BlobFolder",
        "OPTIONS": {"location": CONFIGURATION.blobs, "file_permissions_mode": 0o600},
    },
}
AUTHENTICATION_BACKENDS = ["clearinghouse.server.web.sign_in.backend.PersonBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
PASSWORD_RESET_TIMEOUT = 7 * 24 * 3600
"""Seconds that the longest link works, that of an invitation; see ``membership.invitations``."""
_SIGN_IN = "clearinghouse.server.web.sign_in"
_TRIES = CONFIGURATION.limits.sign_ins_a_minute
ACCOUNT_ADAPTER = f"{_SIGN_IN}.adapters.AccountAdapter"
ACCOUNT_FORMS = {"reset_password": f"{_SIGN_IN}.forms.ForgottenForm"}
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "clearinghouse.server.membership.invitations.ForgottenTokens"  # noqa: S105
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_RATE_LIMITS = {
    "login": f"{_TRIES}/m/ip",
    "login_failed": f"{_TRIES}/m/ip,{_TRIES}/m/key",
    "reauthenticate": f"{_TRIES}/m/user",
    "reset_password": f"{_TRIES}/m/ip,3/h/key",
    "reset_password_from_key": f"{_TRIES}/m/ip",
}
MFA_ADAPTER = f"{_SIGN_IN}.adapters.FactorAdapter"
MFA_FORMS = {"add_webauthn": f"{_SIGN_IN}.forms.PasskeyForm"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RATE_LIMITS = {"webauthn_login": f"{_TRIES}/m/ip"}
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _HTTPS
SOCIALACCOUNT_ADAPTER = f"{_SIGN_IN}.adapters.ProviderAdapter"
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_PROVIDERS = {}
if CONFIGURATION.oidc_issuer:
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "sso",
                "name": CONFIGURATION.oidc_name,
                "client_id": CONFIGURATION.oidc_client_id,
                "secret": CONFIGURATION.oidc_client_secret,
                "settings": {"server_url": CONFIGURATION.oidc_issuer.rstrip("/")},
            }
        ],
    }
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 50_000},  # attempts to sign in, counted in each server process
    }
}

DEFAULT_FROM_EMAIL = SERVER_EMAIL = CONFIGURATION.email_from
EMAIL_BACKEND = f"{_SIGN_IN}.outbox.OutboxBackend"
EMAIL_TIMEOUT = 10
if CONFIGURATION.email_host:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = CONFIGURATION.email_host, CONFIGURATION.email_port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = CONFIGURATION.email_user, CONFIGURATION.email_password
    EMAIL_USE_TLS, EMAIL_USE_SSL = CONFIGURATION.email_tls == "starttls", CONFIGURATION.email_tls == "tls"

STATIC_URL = "/static/"
STATIC_ROOT = CONFIGURATION.home / "static"
WHITENOISE_ALLOW_ALL_ORIGINS = False

SESSION_ENGINE = "clearinghouse.server.web.session_store"
# A name with this prefix is one that no other host, and no page without encryption, can set.
SESSION_COOKIE_NAME = "__Host-session" if _HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if _HTTPS else "csrf"
CSRF_FAILURE_VIEW = "clearinghouse.server.web.answers.forbidden"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_TRUSTED_ORIGINS = [CONFIGURATION.origin]
SECURE_CONTENT_TYPE_NOSNIFF = True
# Not "no-referrer": with that, browsers send "Origin: null" with our own forms, and these are refused.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
X_FRAME_OPTIONS = "DENY"
if CONFIGURATION.trusted_proxies:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
FILE_UPLOAD_HANDLERS = ["clearinghouse.server.web.uploads.AnonymousMemoryHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2**20
"""Bytes of a form; reports and inventories are read as streams and have limits of their own."""
