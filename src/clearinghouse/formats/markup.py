"""HTML in which a stranger's words stay words.

What is made here is :class:`Markup`. A plain ``str`` is text wherever it stands, as a child or as the value of an
attribute, and is escaped there; nothing turns a ``str`` into markup as it is. So a place that forgets to think about
escaping shows too much of it, never too little.

Source: WHATWG, HTML Living Standard, 13.1.2 "Elements" and 13.1.2.3 "Attributes", https://html.spec.whatwg.org/
"""

from collections.abc import Sequence
from html import escape
from typing import TypeAlias

import msgspec

from clearinghouse.formats.text import clean

Node: TypeAlias = "Markup | str | Sequence[Node] | None"
"""What an element holds: markup, text, nothing, or a sequence of these."""

_VOID = frozenset({"meta"})
_INLINE = frozenset({"a", "bdi", "code", "q", "small", "span", "strong"})
"""Elements that stand inside a line. All others end with a newline, so that the source of the page can be read."""


class Markup(msgspec.Struct, frozen=True, gc=False):
    """HTML that was made here.

    Attributes:
        html: the HTML.
    """

    html: str


def element(tag: str, *children: Node, **attributes: str | bool | None) -> Markup:
    """Return an element.

    Args:
        tag: its name; ours, never a stranger's. children: what it holds.
        attributes: by name, where ``_`` stands for ``-`` and one at the end is dropped (``class_``, ``aria_label``).
            None and False leave an attribute out; True writes it without a value.
    """
    opening = f"<{tag}{''.join(_attribute(name, value) for name, value in attributes.items())}>"
    end = "" if tag in _INLINE else "\n"
    if tag in _VOID:
        return Markup(opening + end)
    return Markup(f"{opening}{_inside(children)}</{tag}>{end}")


def document(head: Sequence[Markup], body: Node, *, language: str = "en") -> str:
    """Return a whole HTML document."""
    return "<!DOCTYPE html>\n" + element("html", element("head", head), element("body", body), lang=language).html


def style(css: str) -> Markup:
    """Return a style sheet of our own. In it nothing can be escaped, so it holds nothing but a file of this package.

    Raises:
        ValueError: it could end the element that it stands in.
    """
    if "<" in css:
        raise ValueError("a style sheet with < in it could end early")
    return Markup(f"<style>\n{css}</style>\n")


def _inside(node: Node) -> str:
    if node is None:
        return ""
    if isinstance(node, Markup):
        return node.html
    if isinstance(node, str):
        return escape(clean(node), quote=True)
    return "".join(_inside(each) for each in node)


def _attribute(name: str, value: str | bool | None) -> str:
    if value is None or value is False:
        return ""
    shown = name.rstrip("_").replace("_", "-")
    return f" {shown}" if value is True else f' {shown}="{escape(clean(value), quote=True)}"'
