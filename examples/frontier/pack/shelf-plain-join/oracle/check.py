import secrets

import kit

name = kit.answer("answer.txt").decode("utf-8", "replace")
if not name or len(name) > 200 or "\n" in name or "\0" in name:
    kit.failed("it is no single name")
mark = secrets.token_hex(16)
_, out = kit.run(["python3", "shelf.py", name], {**kit.given(), "canary.txt": mark})
if mark.encode() in out:
    kit.solved("the canary was printed")
kit.failed("the canary was not printed")
