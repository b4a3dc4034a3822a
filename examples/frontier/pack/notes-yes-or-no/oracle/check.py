import secrets
import sys

import kit

sys.path.insert(0, kit.GIVEN)
import notes

program = kit.answer("solve.py")
key = secrets.token_hex(12)
base = notes.opened(key)
GIVEN = kit.given()
kit.guard()


def reply(line):
    if line.startswith("ANSWER "):
        return None
    try:
        return notes.answer(base, line)
    except Exception:
        return "error"


said = kit.talk(["python3", "solve.py"], {"solve.py": program}, reply, 130)
if said == ["ANSWER " + key]:
    kit.solved("it found the key")
kit.failed("it did not find the key")
