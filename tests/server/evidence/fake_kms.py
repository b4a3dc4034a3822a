"""A key service for tests: it wraps with a key in a file that CLEARINGHOUSE_KMS_KEY names, and counts its calls."""

import base64
import json
import os
import sys
import time
from pathlib import Path

from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap

mode = sys.argv[1] if len(sys.argv) > 1 else "good"
if mode == "hangs":
    time.sleep(600)
if mode == "deaf":
    sys.stdin.close()
    print("{}", flush=True)
    sys.exit(0)
if mode == "garbage":
    print("I am not JSON \x00")
    sys.exit(0)
if mode == "flood":
    sys.stdout.write("x" * 50_000_000)
    sys.exit(0)
if mode == "fails":
    sys.exit(3)

folder = Path(os.environ["CLEARINGHOUSE_KMS_FOLDER"])
question = json.load(sys.stdin)
with (folder / "calls").open("a") as calls:
    print(question["op"], len(question.get("items", ())), sorted(os.environ), file=calls)
if question["op"] == "id":
    print(json.dumps({"key_id": (folder / "current").read_text().strip()}))
    sys.exit(0)
key = (folder / f"{question['key_id']}.key").read_bytes()
work = aes_key_wrap if question["op"] == "wrap" else aes_key_unwrap
items = [base64.b64encode(work(key, base64.b64decode(each))).decode() for each in question["items"]]
if mode == "short":
    items = items[:-1]
if mode == "odd":
    items = ["***" for _ in items]
print(json.dumps({"items": items}))
