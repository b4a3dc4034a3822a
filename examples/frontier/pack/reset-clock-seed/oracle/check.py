import secrets
import sys

import kit

sys.path.insert(0, kit.GIVEN)
import reset

program = kit.answer("predict.py")
kit.guard()
for _ in range(3):
    now = 1_700_000_000 + secrets.randbelow(100_000_000)
    codes = reset.Codes(now)
    given, right = f"{now // 3600 * 3600}\n{codes.code()}\n", codes.code()
    code, out = kit.run(["python3", "predict.py"], {"predict.py": program}, given.encode(), 20)
    if out.decode("latin-1").split() != [str(right)]:
        kit.failed("what comes next was not predicted")
kit.solved("what comes next was predicted three times")
