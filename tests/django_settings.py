"""The server's settings for tests: a home of its own that goes away, and the database that ``DATABASE_URL`` names."""

import atexit
import base64
import os
import shutil
import tempfile
from pathlib import Path

_HOME = Path(tempfile.mkdtemp(prefix="clearinghouse-tests-"))
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
os.environ["CLEARINGHOUSE_HOME"] = str(_HOME)
os.environ["CLEARINGHOUSE_KEY"] = base64.b64encode(bytes(range(32))).decode()
for _limit in ("REQUESTS_A_MINUTE", "ANONYMOUS_A_MINUTE", "SIGN_INS_A_MINUTE"):
    os.environ[f"CLEARINGHOUSE_LIMIT_{_limit}"] = "1000000"  # tests of the limits set their own

from clearinghouse.server.settings import *  # noqa: E402, F403 - everything but what follows
from clearinghouse.server.settings import DATABASES, STATIC_ROOT, STORAGES, TASKS  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
TASKS = {"default": TASKS["default"] | {"QUEUES": []}}  # tests make queues of their own
WHITENOISE_USE_FINDERS = True
STATIC_ROOT.mkdir()
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["TEST"] = {"NAME": str(_HOME / "test.sqlite3")}
