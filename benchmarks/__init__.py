"""Speed and quality, each beside a peer or a limit. Every module here is a command of its own."""
