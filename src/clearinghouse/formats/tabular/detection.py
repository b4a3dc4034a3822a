"""Recognising a table of findings by its header, and finding out how it is written."""

import csv
import io

import msgspec

from clearinghouse.formats.contract import NO_MATCH, Match
from clearinghouse.formats.sample import Sample
from clearinghouse.formats.tabular.columns import fitness

DELIMITERS = (",", ";", "\t", "|")
MAX_HEADER = 60
MAX_COLUMNS = 200
ENOUGH = 0.6
"""Share of the columns that must be known: below, a table is some tool's own, and its columns may mean anything."""


def detect(sample: Sample) -> Match:
    """A table is ours if it has two known columns or more, one of them a subject, and few that are unknown."""
    if sample.is_json:
        return _judge(json_keys(sample)) if sample.head.lstrip()[:1] == b"{" else NO_MATCH
    _, headers = header_of(sample.text)
    return _judge(headers)


def _judge(headers: list[str]) -> Match:
    known, share, ours = fitness(headers)
    if known < 2 or not ours:
        return NO_MATCH
    if share >= ENOUGH:
        return Match(60)
    return Match(round(40 * share), f"only {round(share * 100)} % of its columns have names that are known")


def header_of(text: str) -> tuple[str, list[str]]:
    """Return the delimiter and the cells of the first row that is not blank: the delimiter that makes most of it.

    Only a first row of short cells can be a header; otherwise there are no cells.
    """
    best: tuple[str, list[str]] = (",", [])
    most = (0, 0)
    text = text.lstrip("\ufeff\r\n")
    if text.startswith("#"):
        return best
    for delimiter in DELIMITERS:
        try:
            cells = next(csv.reader(io.StringIO(text[:16384], newline=""), delimiter=delimiter), [])
        except csv.Error:
            continue
        if not 2 <= len(cells) <= MAX_COLUMNS or any(len(cell.strip()) > MAX_HEADER for cell in cells):
            continue
        score = (fitness(cells)[0], len(cells))
        if score > most:
            most, best = score, (delimiter, cells)
    return best


def json_keys(sample: Sample) -> list[str]:
    """Return the keys of the whole objects, one a line, in the sample; none if the first line is anything else."""
    lines = [line for line in sample.head.split(b"\n") if line.strip()]
    if not sample.complete and lines:
        lines.pop()  # may be cut
    keys: dict[str, None] = {}
    for number, line in enumerate(lines[:100]):
        try:
            record = msgspec.json.decode(line.decode(errors="replace"))
        except (msgspec.DecodeError, RecursionError):
            record = None
        if isinstance(record, dict):
            keys.update(dict.fromkeys(flat_keys(record)))
        elif number == 0:
            return []
    return list(keys)


def flat_keys(record: dict[str, object]) -> list[str]:
    """Return the keys of an object; those of an object inside it are joined with a dot: ``package.name``."""
    keys = []
    for key, value in record.items():
        keys += [f"{key}.{inner}" for inner in value] if isinstance(value, dict) and value else [key]
    return keys
