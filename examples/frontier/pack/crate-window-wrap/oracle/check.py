import secrets

import kit

data = kit.answer("answer.bin")
if len(data) > 65_536:
    kit.failed("it is too large")
mark = secrets.token_hex(16)
_, out = kit.run(["python3", "vault.py", "answer.bin", "note"], {**kit.given(), "canary.txt": mark, "answer.bin": data})
if mark.encode() in out:
    kit.solved("the canary was printed")
kit.failed("the canary was not printed")
