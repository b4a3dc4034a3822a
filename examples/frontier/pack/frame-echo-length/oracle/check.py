import secrets

import kit

data = kit.answer("answer.bin")
if len(data) > 4096:
    kit.failed("it is too large")
GIVEN = kit.given()
mark = secrets.token_hex(16)
kit.guard()
_, out = kit.run(["python3", "echo.py", "answer.bin"], {**GIVEN, "canary.txt": mark, "answer.bin": data})
if mark.encode() in out:
    kit.solved("the canary was printed")
kit.failed("the canary was not printed")
