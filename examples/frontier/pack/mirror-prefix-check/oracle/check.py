import secrets

import kit

request = kit.answer("answer.txt").decode("utf-8", "replace")
if not request or len(request) > 200 or "\n" in request or "\0" in request:
    kit.failed("it is no single request")
mark = secrets.token_hex(16)
_, out = kit.run(["python3", "mirror.py", request], {**kit.given(), "releases-next/canary.txt": mark})
if mark.encode() in out:
    kit.solved("the canary was answered")
kit.failed("the canary was not answered")
