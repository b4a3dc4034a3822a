"""What is written down and cannot be changed without being noticed: whole files, and append-only chains of entries."""
