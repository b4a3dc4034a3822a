"""Documents as PDF."""

import subprocess


def render_pdf(title):
    """Have a document with a title rendered."""
    subprocess.run(f"render --title {title} out.pdf", shell=True)
