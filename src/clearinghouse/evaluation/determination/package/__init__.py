"""Evidence packages: everything that a determination rests on as one archive, which an outsider checks offline.

A signed list (``manifest``) names every file with its digest, and for each audience which of them it is given. So
one signature covers the copies for all audiences: what a copy holds follows from the list and from whose copy it is,
and a file that is missing without that reason is noticed. The archive (``archive``) has one form only, to the byte.
"""
