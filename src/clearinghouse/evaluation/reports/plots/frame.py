"""The frame of a drawing, and the marks in it.

Colours, widths of lines and dashes are those of the style sheet, by class, so that a drawing follows the theme and
the paper. Nothing is told by colour alone: each kind of mark has a shape or a dash of its own.

Source: W3C, Scalable Vector Graphics 2, https://www.w3.org/TR/SVG2/; W3C, SVG Accessibility API Mappings, on ``title``,
``desc`` and ``role``, https://www.w3.org/TR/svg-aam-1.0/
"""

from collections.abc import Callable, Sequence

import msgspec

from clearinghouse.formats.markup import Markup, Node, element
from clearinghouse.formats.width import columns, short

SIZE = 13
"""Of letters, in the unit of the drawing; the style sheet says the same."""
LINE = 20
_COLUMN = 0.56
"""Width of a small letter, as a share of its size; a little more than most faces have."""
_SAMPLE = 34


class Frame(msgspec.Struct, frozen=True):
    """How wide a drawing is, in its own unit, and the name by which its parts are told from those of others."""

    width: int
    name: str

    @property
    def is_wide(self) -> bool:
        """Whether there is room for labels beside each other."""
        return self.width > 500


WIDE, NARROW = 860, 350


class Key(msgspec.Struct, frozen=True):
    """One entry of a legend: what draws a sample around a point, and what it stands for."""

    sample: Callable[[float, float], Node]
    label: str


def drawing(frame: Frame, height: float, title: str, says: str, *children: Node) -> Markup:
    """Return a whole drawing with its title and description."""
    names = f"{frame.name}-title", f"{frame.name}-says"
    return element(
        "svg",
        element("title", title, id=names[0]),
        element("desc", says, id=names[1]),
        children,
        class_="plot",
        role="img",
        aria_labelledby=names[0],
        aria_describedby=names[1],
        viewBox=f"0 0 {frame.width} {at(height)}",
        xmlns="http://www.w3.org/2000/svg",
    )


def text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> Markup:
    """Return a line of text; ``anchor`` is ``start``, ``middle`` or ``end``."""
    return element("text", words, x=at(x), y=at(y), class_=kind or None, text_anchor=anchor)


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    """Return a straight line."""
    return element("line", x1=at(x1), y1=at(y1), x2=at(x2), y2=at(y2), class_=kind)


def path(places: Sequence[tuple[float, float]], kind: str) -> Markup | None:
    """Return a line through places; None where there are less than two."""
    if len(places) < 2:
        return None
    return element("path", d="M" + "L".join(f"{at(x)} {at(y)}" for x, y in places), class_=kind)


def shape(x: float, y: float, what: str, kind: str, size: float = 5) -> Markup:
    """Return a mark around a place: ``circle``, ``diamond``, ``triangle``, ``square``, ``right`` or ``left``."""
    if what == "circle":
        return element("circle", cx=at(x), cy=at(y), r=at(size), class_=kind)
    corners = [(x + dx * size, y + dy * size) for dx, dy in _CORNERS[what]]
    return element("path", d="M" + "L".join(f"{at(cx)} {at(cy)}" for cx, cy in corners) + "Z", class_=kind)


_CORNERS = {
    "diamond": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
    "triangle": ((0, -1.25), (1.2, 0.95), (-1.2, 0.95)),
    "square": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
    "right": ((1.4, 0), (-0.6, -1.1), (-0.6, 1.1)),
    "left": ((-1.4, 0), (0.6, -1.1), (0.6, 1.1)),
}


def rectangle(left: float, top: float, right: float, bottom: float, kind: str) -> Markup:
    """Return a rectangle by its sides."""
    size = {"width": at(max(0.0, right - left)), "height": at(max(0.0, bottom - top))}
    return element("rect", x=at(left), y=at(top), class_=kind, **size)


def bracket(x: float, y: float, opens: int, kind: str) -> Markup:
    """Return one square bracket; ``opens`` is 1 for a left one and -1 for a right one."""
    places = [(x + 5 * opens, y - 9), (x, y - 9), (x, y + 9), (x + 5 * opens, y + 9)]
    return element("path", d="M" + "L".join(f"{at(px)} {at(py)}" for px, py in places), class_=kind)


def legend(frame: Frame, keys: Sequence[Key]) -> tuple[list[Node], float]:
    """Return a legend at the top of a frame, as many entries in a line as there is room for, and how high it is."""
    made: list[Node] = []
    x, y = 0.0, LINE / 2
    for key in keys:
        lines = in_lines(key.label, frame.width - _SAMPLE - 4)
        width = _SAMPLE + max(map(width_of, lines)) + 20
        if x and x + width > frame.width:
            x, y = 0.0, y + LINE
        made.append(key.sample(x + _SAMPLE / 2 - 3, y))
        made += [text(x + _SAMPLE, y + 4.5 + LINE * place, words) for place, words in enumerate(lines)]
        x, y = x + width, y + LINE * (len(lines) - 1)
    return made, (y + LINE if keys else 0.0)


def threshold_key() -> Key:
    """Return the entry of a legend for a threshold in its guard band."""
    return Key(
        lambda x, y: [rectangle(x - 12, y - 8, x + 12, y + 8, "band"), line(x, y - 8, x, y + 8, "threshold")],
        "threshold in its guard band",
    )


def width_of(words: str, size: float = SIZE) -> float:
    """Return about how wide a line of text is, rather too much than too little."""
    return columns(words) * size * _COLUMN


def in_lines(words: str, room: float) -> list[str]:
    """Return words as lines that are not wider than there is room; a word that is wider alone is cut."""
    lines = [""]
    for word in words.split(" "):
        longer = f"{lines[-1]} {word}".lstrip(" ")
        if lines[-1] and width_of(longer) > room:
            lines.append(fitted(word, room))
        else:
            lines[-1] = fitted(longer, room)
    return lines


def fitted(words: str, room: float, size: float = SIZE) -> str:
    """Return a line of text that is cut where there is no more room."""
    return short(words, max(1, int(room / (size * _COLUMN))))


def at(value: float) -> str:
    """Return a coordinate with at most one decimal."""
    shown = f"{value:.1f}"
    return shown.removesuffix(".0") if shown != "-0.0" else "0"
