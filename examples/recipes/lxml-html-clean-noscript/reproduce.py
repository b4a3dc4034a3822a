"""Clean a fragment and look for the handler that should be gone."""

import sys

from lxml_html_clean import clean_html

BENIGN = "<p>Hello <b onclick='x'>Ada</b></p>"
HOSTILE = "<svg><style>/* <img src='' onerror='marker'> */</style></svg>"
text = clean_html(BENIGN if "benign" in sys.argv else HOSTILE)
print("cleaned:", text)
if "onerror" in text:
    print("FLAW SHOWN")
