"""Exports a document with a given title; the program that renders is not there, and is not needed."""

import sys

from app.export import render_pdf

render_pdf(sys.argv[1])
