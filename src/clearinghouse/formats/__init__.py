"""The documents that the field writes, read into canonical records. One module a format."""
