"""The command line: one module a verb. It draws, asks and exits; what it shows is computed on the floors below."""
