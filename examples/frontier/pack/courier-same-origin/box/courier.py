"""Follow a chain of answers, as a client does; ``send`` is what goes over the line."""

from urllib.parse import urljoin, urlsplit

MOST = 5
REDIRECTS = (301, 302, 303, 307, 308)


def headers_for(given):
    """Return the headers of a request, with names in lower case."""
    return {name.lower(): value for name, value in given.items()}


def fetch(send, url, headers, method="GET"):
    """Return status and body of what a URL leads to in the end.

    ``send`` takes method, URL and headers, and returns status, headers and body.
    """
    sent = headers_for(headers)
    for _ in range(MOST + 1):
        if urlsplit(url).scheme not in ("http", "https"):
            raise ValueError("only http and https")
        status, answered, body = send(method, url, dict(sent))
        if status not in REDIRECTS or "location" not in answered:
            return status, body
        url = urljoin(url, answered["location"])
        if status == 303 or (status in (301, 302) and method == "POST"):
            method = "GET"
            sent.pop("content-type", None)
    raise ValueError("too many redirects")
