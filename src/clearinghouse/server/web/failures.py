"""What a page says when something does not go as asked: what happened, what is safe, what to do.

What one may not see and what does not exist are told in the same words, so that neither can be told from the other.
"""

import msgspec


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """What is said.

    Attributes:
        status: of HTTP. title: in a few words. happened, safe, remedy: one or two sentences each.
    """

    status: int
    title: str
    happened: str
    safe: str
    remedy: str


_NOTHING = "Nothing was changed."
FAILURES = {
    each.status: each
    for each in (
        Failure(
            status=400,
            title="This request cannot be read",
            happened="Your browser sent something that does not have the expected form.",
            safe=_NOTHING,
            remedy="Go back, load the page again and repeat what you did.",
        ),
        Failure(
            status=403,
            title="Your role does not include this",
            happened="What you asked for is part of the installation, but your organisation's role or your session "
            "does not allow it. A form that stood open for long has the same effect.",
            safe=_NOTHING,
            remedy="Load the page again. If it stays so, ask a steward of your organisation or the coordinator.",
        ),
        Failure(
            status=404,
            title="There is nothing here for you",
            happened="Either nothing has this address, or it is not shared with your organisation. Both look the same "
            "on purpose.",
            safe=_NOTHING,
            remedy="Check the address. If somebody sent it to you, ask them to let your organisation in.",
        ),
        Failure(
            status=413,
            title="This is larger than what is taken",
            happened="What you sent is above the limit of this installation.",
            safe="Nothing of it was kept.",
            remedy="Send it in several parts, or packed with gzip.",
        ),
        Failure(
            status=429,
            title="Too many requests in a short time",
            happened="Requests of one person or program are counted, so that everybody gets an answer.",
            safe="What was accepted before is kept. This request changed nothing.",
            remedy="Wait a minute, then load the page again.",
        ),
        Failure(
            status=500,
            title="Something went wrong on our side",
            happened="The server could not finish your request. The failure is recorded without the content of what "
            "you sent.",
            safe="Every report with a receipt is kept. A change is made as a whole or not at all.",
            remedy="Try again in a few minutes. If it stays so, give the reference below to the coordinator.",
        ),
        Failure(
            status=503,
            title="The clearinghouse cannot take this right now",
            happened="The server is being maintained, or cannot reach its keys or its database. Without its keys it "
            "stores nothing.",
            safe="Every report with a receipt is kept. What you sent just now was not stored.",
            remedy="Send it again later; the same report sent twice is one report.",
        ),
    )
}


def failure(status: int) -> Failure:
    """Return what is said of a status; of one that has no words of its own, what is said of its class."""
    return FAILURES.get(status) or FAILURES[500 if status >= 500 else 400]
