"""The outside feeds: fetched, verified, kept with their history, and read when no file is named."""
