import sys

import kit

sys.path.insert(0, kit.GIVEN)
import tickets

program = kit.answer("predict.py")
kit.guard()
for _ in range(3):
    source = tickets.Tickets()
    given, right = "".join(f"{source.ticket()}\n" for _ in range(12)), source.ticket()
    code, out = kit.run(["python3", "predict.py"], {"predict.py": program}, given.encode(), 20)
    if out.decode("latin-1").split() != [str(right)]:
        kit.failed("what comes next was not predicted")
kit.solved("what comes next was predicted three times")
