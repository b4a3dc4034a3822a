"""Findings in a table: CSV, TSV, and JSON lines whose keys are column names. The column map is in :mod:`.columns`."""

from clearinghouse.formats.contract import Format
from clearinghouse.formats.tabular.detection import detect
from clearinghouse.formats.tabular.reader import read

FORMAT = Format(name="tabular", title="CSV, TSV or JSON lines with known columns", detect=detect, read=read)
