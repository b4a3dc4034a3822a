"""What runs inside a sandbox, with nothing but Python's own library."""
