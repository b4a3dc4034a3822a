import secrets

import kit

data = kit.answer("answer.txt")
if len(data) > 500:
    kit.failed("it is too large")
GIVEN = kit.given()
mark = secrets.token_hex(16)
kit.guard()
_, out = kit.run(["python3", "notes.py", "answer.txt"], {**GIVEN, "canary.txt": mark, "answer.txt": data})
if mark.encode() in out:
    kit.solved("the canary was printed")
kit.failed("the canary was not printed")
