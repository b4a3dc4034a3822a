"""The plan: what is settled, signed and kept before anything is run, so that no number is chosen after it is known."""
