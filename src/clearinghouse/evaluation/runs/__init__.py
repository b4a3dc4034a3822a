"""Attempts as a table: read from a spreadsheet, Parquet or JSON lines, checked row by row, and measured."""
