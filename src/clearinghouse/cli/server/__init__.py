"""The verbs that run a server. They load Django only when one of them is used; see :mod:`.loading`."""
