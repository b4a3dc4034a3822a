"""The first sheet of paper: it holds what to do first, what to find out, and how to get help, whatever they say."""

import re
from html import unescape

from clearinghouse.formats.markup import Markup, Node, element
from clearinghouse.formats.width import columns

ROOMY, FULL = 3300, 4700
"""Columns of text up to which the sheet is printed in the usual type, and in the next smaller one. What strangers wrote
is cut elsewhere, so that the smallest always suffices, on A4 and on US Letter, even in a wide face."""
_FOLDED = re.compile(r"<details.*?</details>", re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")


def first_sheet(*sections: Node) -> Markup:
    """Return the sections that are printed on the first sheet, in smaller type where there is much to say."""
    inside = element("div", sections).html
    shown = unescape(_TAG.sub("", _FOLDED.sub("", inside)))  # exact: in text and values < and > are escaped
    length = columns(shown)
    return element("div", sections, class_=f"sheet{' dense' * (length > ROOMY)}{' densest' * (length > FULL)}")
