"""The outside feeds: fetched, verified, kept with their history, and read where no file is named.

:class:`Store` gives the documents that were adopted; this is all that readers need, and it opens no connection.
:func:`clearinghouse.feeds.sync.sync` brings them up to date. How it works is described in ``docs/feeds.md``.
"""

from clearinghouse.feeds.errors import FeedError, StoreBusyError, StoreError, UnknownFeedError
from clearinghouse.feeds.known import Feed, Kind
from clearinghouse.feeds.outcome import Outcome, Result
from clearinghouse.feeds.retention import Retention
from clearinghouse.feeds.settings import Settings
from clearinghouse.feeds.status import State, Status, stale_notices, status
from clearinghouse.feeds.store import Store, store_folder
from clearinghouse.feeds.version import Version

__all__ = [
    "Feed",
    "FeedError",
    "Kind",
    "Outcome",
    "Result",
    "Retention",
    "Settings",
    "State",
    "Status",
    "Store",
    "StoreBusyError",
    "StoreError",
    "UnknownFeedError",
    "Version",
    "stale_notices",
    "status",
    "store_folder",
]
