"""Durable background work behind Django's Tasks interface, on the same database as what it is about.

Enqueue with ``some_task.enqueue(id)`` inside the transaction that makes the work necessary. A task may run more than
once, because a worker can die at any moment: each step is one transaction that is idempotent by a unique key and ends
with ``context.require_lease()``, which also proves that no other worker took the job over. A step should last less than
half a lease (30 s of 60 s); a longer one calls ``context.require_lease()`` last, which renews the lease as it commits.
Between steps ``context.check()`` notices that the lease was lost or the job cancelled.
"""
