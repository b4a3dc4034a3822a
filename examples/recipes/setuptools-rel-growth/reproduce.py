"""Look for external links on a page that is one unfinished tag."""

import sys
import warnings

warnings.simplefilter("ignore")
from setuptools.package_index import find_external_links  # noqa: E402

size = int(sys.argv[1])
page = '<a rel="home" href="x">' if "benign" in sys.argv else "< rel=" + " " * size
print("links:", len(list(find_external_links("http://127.0.0.1/", page))))
