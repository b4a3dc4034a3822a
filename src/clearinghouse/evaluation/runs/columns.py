"""Which columns a table of runs has, by which names each goes, and which of them must be there.

The first name is ours. The others are those of published tables: of the analysis code of Kwa et al. (arXiv 2503.14499),
of the data of Payne, Miller and Peters (*Offensive Cyber Task Horizons*, 2026), and of inspect_ai's data frames.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from clearinghouse.evaluation.runs.errors import TableError
from clearinghouse.formats.text import clean_line, quoted

COLUMNS = {
    "task_id": ("task_id", "task", "sample_id"),
    "task_family": ("task_family", "family"),
    "model": ("model", "alias", "agent"),
    "score": ("score", "score_binarized", "score_binarised", "success"),
    "human_minutes": ("human_minutes", "best_available_minutes"),
    "weight": ("weight",),
    "epoch": ("epoch", "run_id", "attempt"),
    "outcome": ("outcome",),
    "tokens": ("tokens", "total_tokens"),
    "human_source": ("human_source", "best_available_source"),
    "domain": ("domain",),
    "part": ("part",),
    "scaffold": ("scaffold",),
    "budget": ("budget",),
    "run": ("run",),
}
NEEDED = ("task_id", "task_family", "model", "score")
EXPECTED = "columns task_id, task_family, model, score; if known human_minutes, weight"


class Found(NamedTuple):
    """The columns of one table.

    Attributes:
        places: by our name, what is to be looked up. others: our name by the name that stands in the table, where the
            two differ.
    """

    places: dict[str, str]
    others: dict[str, str]


class Wanted(NamedTuple):
    """The columns that a table has: by our name all names, those that must be there, and how that is said."""

    columns: Mapping[str, tuple[str, ...]]
    needed: tuple[str, ...]
    expected: str

    @property
    def names(self) -> frozenset[str]:
        """All names of all columns."""
        return frozenset(name for known in self.columns.values() for name in known)


RUNS = Wanted(COLUMNS, NEEDED, EXPECTED)


def find(names: Iterable[str], source: str, wanted: Wanted = RUNS) -> Found:
    """Return the columns among these names, in whatever case; of several names of one column, the first of ours.

    Raises:
        TableError: a column that must be there is not, or one name stands there twice.
    """
    there: dict[str, str] = {}
    for name in names:
        plain = name.strip().lower()
        if plain in there and plain in wanted.names:
            raise TableError(f"{source}: the column {plain} is there twice", "leave one of them", source=source)
        there[plain] = name
    places, others = {}, {}
    for ours, known in wanted.columns.items():
        standing = next((each for each in known if each in there), None)
        if standing is not None:
            places[ours] = there[standing]
        if standing not in (None, ours):
            others[str(standing)] = ours
    missing = [name for name in wanted.needed if name not in places]
    if missing:
        has = clean_line(", ".join(list(there)[:12]), 200) or "nothing"
        what = f"{source}: no column {' or '.join(missing)}; it has {quoted(has, 200)}"
        raise TableError(what, f"name its {wanted.expected}", source=source)
    return Found(places, others)
