"""Real tables; a narrow screen shows each row as a block, with the names of the columns before the cells."""

from collections.abc import Sequence

from clearinghouse.formats.markup import Markup, Node, element


def table(caption: Node, columns: Sequence[str], rows: Sequence[Sequence[Node]]) -> Markup:
    """Return a table with a caption; the first cell of a row is its heading."""
    return element(
        "table",
        element("caption", caption),
        element("thead", element("tr", [element("th", column, scope="col") for column in columns])),
        element("tbody", [_row(columns, row) for row in rows]),
    )


def _row(columns: Sequence[str], cells: Sequence[Node]) -> Markup:
    others = [element("td", cell, data_label=column) for column, cell in zip(columns[1:], cells[1:], strict=True)]
    return element("tr", element("th", cells[0], scope="row"), others)
