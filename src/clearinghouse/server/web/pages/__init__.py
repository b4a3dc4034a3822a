"""Pages: one module for each domain. A view reads a request, asks a query or calls a service, and draws."""
