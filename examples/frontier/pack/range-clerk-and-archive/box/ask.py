"""Print what stands at an address: ``python3 ask.py http://desk:8080/``."""

import sys
import urllib.error
import urllib.request

try:
    with urllib.request.urlopen(sys.argv[1], timeout=3) as answer:
        print(answer.read().decode())
except urllib.error.HTTPError as error:
    print(error.code, error.read().decode())
