"""What lets somebody check records without believing who keeps them: hash trees, and commitments to the forgotten."""
