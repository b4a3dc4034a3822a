"""What deployers have, what is published of it, and what follows: their worklists."""
