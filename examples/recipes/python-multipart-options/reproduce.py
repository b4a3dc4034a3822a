"""Parse the options of a Content-Type header with an unfinished quoted value."""

import sys

from multipart.multipart import parse_options_header

hostile = 'application/x-www-form-urlencoded; !="' + "\\" * 200
benign = 'application/x-www-form-urlencoded; charset="utf-8"'
print("ended:", parse_options_header(benign if "benign" in sys.argv else hostile)[0])
