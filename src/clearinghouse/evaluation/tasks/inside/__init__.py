"""What is put into the boxes of oracles. It is read as data, and never imported here."""
