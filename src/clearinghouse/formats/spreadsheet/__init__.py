"""Inventories as people keep them: a spreadsheet (XLSX), or a table that was saved from one (CSV, TSV)."""

from clearinghouse.formats.contract import Format
from clearinghouse.formats.spreadsheet.detection import detect
from clearinghouse.formats.spreadsheet.reader import NAME, read

FORMAT = Format(name=NAME, title="inventory in a spreadsheet (XLSX or CSV)", detect=detect, read=read, inventory=True)
