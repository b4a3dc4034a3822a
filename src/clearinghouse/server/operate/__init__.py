"""Running an installation: setting it up, serving, logs, backups, checks, housekeeping.

What stands here is the roof of the server: it may use every room below it, and only the command line uses it.
"""
