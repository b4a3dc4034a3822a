"""EPSS scores by CVE in columns: about 30 bytes a row, so that the daily file of 313,000 rows costs 10 MB."""

import re
from array import array
from bisect import bisect_left
from itertools import groupby

from clearinghouse.records import EpssScore

_CVE = re.compile(r"CVE-([0-9]{4})-([0-9]{4,14})", re.ASCII)
_NUMBER_SPACE = 10**14
_NONE = -1.0  # stands for a percentile that the file does not have


class EpssColumns:
    """The newest score of each CVE.

    Rows are appended in any order and settled (sorted, the newest of each CVE kept) at the first look-up after.
    Of two scores with one date the higher is kept, so the order of reading never matters.
    """

    def __init__(self) -> None:
        self._keys = array("Q")
        self._scores = array("d")
        self._percentiles = array("d")
        self._origins = array("L")
        self._known: dict[tuple[str, str, str], int] = {}
        self._names: list[tuple[str, str, str]] = []
        self._settled = True

    def __len__(self) -> int:
        self._settle()
        return len(self._keys)

    def add(self, score: EpssScore) -> None:
        """Take one score; one that is no probability, or about no CVE, is not kept."""
        key = _key(score.cve)
        if key is None or not 0 <= score.score <= 1:
            return
        origin = (score.date, score.model, score.source)
        place = self._known.get(origin)
        if place is None:
            place = self._known[origin] = len(self._names)
            self._names.append(origin)
        self._keys.append(key)
        self._scores.append(score.score)
        self._percentiles.append(_NONE if score.percentile is None else score.percentile)
        self._origins.append(place)
        self._settled = False

    def get(self, cve: str) -> EpssScore | None:
        """Return the newest score of a CVE."""
        self._settle()
        key = _key(cve)
        if key is None:
            return None
        place = bisect_left(self._keys, key)
        if place == len(self._keys) or self._keys[place] != key:
            return None
        date, model, source = self._names[self._origins[place]]
        percentile = self._percentiles[place]
        return EpssScore(
            cve=cve,
            score=self._scores[place],
            percentile=None if percentile == _NONE else percentile,
            date=date,
            model=model,
            source=source,
        )

    def _settle(self) -> None:
        if self._settled:
            return
        keys, scores, origins, names = self._keys, self._scores, self._origins, self._names

        def rank(row: int) -> tuple[str, float, float, tuple[str, str, str]]:
            origin = names[origins[row]]
            return origin[0], scores[row], self._percentiles[row], origin

        order = sorted(range(len(keys)), key=keys.__getitem__)
        last = [max(rows, key=rank) for _, rows in groupby(order, key=keys.__getitem__)]
        self._keys = array("Q", [keys[row] for row in last])
        self._scores = array("d", [scores[row] for row in last])
        self._percentiles = array("d", [self._percentiles[row] for row in last])
        self._origins = array("L", [origins[row] for row in last])
        self._settled = True


def _key(cve: str) -> int | None:
    found = _CVE.fullmatch(cve)
    return int(found[1]) * _NUMBER_SPACE + int(found[2]) if found else None
