"""Load a document that asks the loader for a call."""

import sys

import yaml

# tuple(map(print, ["..."])): both are classes, which is all that the loader of 5.3.1 checks.
HOSTILE = """
!!python/object/new:tuple
- !!python/object/new:map
  - !!python/name:print
  - ["FLAW SHOWN: the document called print"]
"""
BENIGN = "{name: example, sizes: [1, 2, 3]}"

try:
    print("loaded:", type(yaml.full_load(BENIGN if "benign" in sys.argv else HOSTILE)).__name__)
except yaml.YAMLError as error:
    print("refused:", str(error).splitlines()[-2:])
