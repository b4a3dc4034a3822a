"""What of this room recurs, as a durable job."""

import logging

from django_tasks import task

from clearinghouse.server.jobs.lease import JobContext
from clearinghouse.server.vulnerabilities import reranking

LOG = logging.getLogger("clearinghouse.vulnerabilities")


@task(takes_context=True, priority=-20)  # type: ignore[arg-type]  # our backend gives its own kind of context
def rank_anew(context: JobContext) -> None:
    """Rank anew what was ranked by other signals or other rules."""
    swept = reranking.look(context.require_lease, context.check)
    if swept is not None:
        LOG.info("ranked anew", extra={"fields": {"vulnerabilities": swept.ranked, "moved": swept.moved}})
