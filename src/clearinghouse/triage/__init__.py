"""The river composed: documents in, each flaw once, ranked, with the date by which it matters."""
