"""An open AI cybersecurity clearinghouse: from a flood of findings to each flaw once, and by when it matters.

The rooms, from the ground up, are described in ``docs/architecture.md``. Every stage is a function
from typed records (:mod:`clearinghouse.records`) to typed records, usable without a server.
"""

__version__ = "0.1.0"
