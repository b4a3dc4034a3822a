"""Reading in a second process, so that one core reads while another compares.

:func:`.paths.read_apart` yields what :func:`clearinghouse.formats.registry.read_paths` yields, in the same order. The
second process gets the paths through one pipe and answers through another with frames: one byte that says what
follows, its length in eight bytes, and JSON. Nothing else passes between the two, so that whatever a hostile document
could make of the process that reads it, the other one only ever decodes typed records.

For an advisory index both processes read (:mod:`clearinghouse.formats.apart.divided`).
"""
