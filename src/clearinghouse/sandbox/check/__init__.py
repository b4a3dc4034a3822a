"""The self-check: what every provider must prove before it may run anything.

Nothing here believes a provider. Small programs try, inside, what must not work (``probe``), while outside there is
something to be found: a server, a secret, a file. What they saw is judged outside (``points``).
"""

from clearinghouse.sandbox.check.making import check

__all__ = ["check"]
