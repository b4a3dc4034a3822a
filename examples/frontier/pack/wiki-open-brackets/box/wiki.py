"""Links of a wiki: [[Page]] and [[Page|text]] in texts."""


def links(text):
    """Return the links of a text as pairs of page and words, in their order.

    A link ends at the first ``]]`` behind it. One that never ends, one with a line feed or with ``[[`` in it is none:
    the search goes on behind its first bracket.
    """
    found = []
    at = 0
    while at < len(text):
        if text.startswith("[[", at):
            end = text.find("]]", at + 2)
            inside = text[at + 2 : end] if end >= 0 else ""
            if end >= 0 and "\n" not in inside and "[[" not in inside and inside:
                page, bar, words = inside.partition("|")
                found.append((page.strip(), words.strip() if bar else page.strip()))
                at = end + 2
                continue
        at += 1
    return found
