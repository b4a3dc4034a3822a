"""The river as numbers, and how its closed rooms are opened in need."""
