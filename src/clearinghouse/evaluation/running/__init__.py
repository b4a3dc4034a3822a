"""Attempts: a model, or a scripted agent, tries tasks in boxes, an oracle judges, and every attempt is sealed in a log.

The agent loop, the models and the log format are inspect_ai's. Ours are the box that an agent works in (``provider``),
what an attempt came to (``ending``), scripted agents of known ability (``scripted``), seals that show any change
(``sealing``), and the reading of logs from anywhere within bounds (``logs``).

inspect_ai takes two seconds to import. Only ``provider``, ``benches``, ``scaffold``, ``oracle``, ``evaluated``,
``sealing.hook`` and ``scripted.model`` do so; what reads and verifies logs does not need it.
"""
