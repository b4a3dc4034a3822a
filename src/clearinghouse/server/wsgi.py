"""The WSGI application, for gunicorn and the like."""

import os

from django.core.wsgi import get_wsgi_application

from clearinghouse.server.operate.environment import forget_secrets

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clearinghouse.server.settings")
application = get_wsgi_application()
forget_secrets()
