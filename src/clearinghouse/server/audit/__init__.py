"""The append-only log: who did what when, under a Merkle tree, so that nothing of it can be changed unseen."""
