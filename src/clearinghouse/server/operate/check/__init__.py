"""Looking whether everything of an installation is as it should be, and mending what can be mended without a person.

Each part is a function that yields :class:`.finding.Finding`; :func:`.all_parts.findings` asks them all. It may run
beside server and workers: what changes meanwhile is looked at again before it is told.
"""
