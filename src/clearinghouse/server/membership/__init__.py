"""Who takes part, who acts for whom, and how they prove it: participants, people, keys and signed-in browsers.

The tables are those of :mod:`~clearinghouse.server.participants`; what changes them stands here, above the audit log.
"""
