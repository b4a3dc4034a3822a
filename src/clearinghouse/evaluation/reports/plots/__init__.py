"""Plots that show uncertainty, drawn as SVG without any library. Each has a table of the same numbers beneath it."""
