"""What the readers of SBOMs share: the walk over JSON, items, notices, and what texts in an SBOM mean."""
