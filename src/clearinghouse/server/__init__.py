"""The clearinghouse for many organisations: a Django project, one app per domain.

Everything that is computed stands on the floors below; here are people, permission, persistence and time. Views hold no
rules; models hold no workflow: every change of state is a function in ``services.py``, one transaction, audited; every
read is a function in ``queries.py`` that is already filtered by what the reader may see (:mod:`.access`).
"""
