"""Mantis findings: one object, an array, or JSON lines; a run's directory arrives as one document for each file.

Source: https://github.com/google/mantis, ``SCHEMA.md`` (the early form) and ``schema.json`` ``#/$defs/finding``.
"""

from clearinghouse.formats.contract import Format
from clearinghouse.formats.mantis.reader import detect, read

FORMAT = Format(name="mantis", title="Mantis finding", detect=detect, read=read)
