"""Pages: templates, the one style sheet, charts, and what a browser is told."""
