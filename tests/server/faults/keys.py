"""Make finders of these names and a key for each, which sends and reads reports; write the keys by name, as JSON."""

import json
import sys

import django

django.setup()

from clearinghouse.server.membership.keys import create_key  # noqa: E402 - Django has to be set up first
from clearinghouse.server.membership.services import create_participant  # noqa: E402
from clearinghouse.server.operate import people  # noqa: E402
from clearinghouse.server.participants.models import Role  # noqa: E402
from clearinghouse.server.participants.scopes import Scope  # noqa: E402

SCOPES = [Scope.REPORT_SUBMIT, Scope.REPORT_READ]
made = {name: create_participant(None, name, "company", "DE", [Role.FINDER]) for name in sys.argv[1:]}
keys = {name: create_key(None, each, "test", SCOPES, people.end_after(30))[1] for name, each in made.items()}
json.dump(keys, sys.stdout)
