import secrets
import sys

import kit

sys.path.insert(0, kit.GIVEN)
import sealed

program = kit.answer("solve.py")
key, start = secrets.token_bytes(16), secrets.token_bytes(8)
text = "meet at " + secrets.token_hex(6)
note = sealed.seal(key, start, text.encode())
kit.guard()


def reply(line):
    if line.startswith("ANSWER "):
        return None
    if line == "NOTE":
        return note.hex()
    try:
        sealed.unseal(key, bytes.fromhex(line))
        return "good"
    except ValueError:
        return "bad"


said = kit.talk(["python3", "solve.py"], {"solve.py": program}, reply, 8000, 60)
if said == ["ANSWER " + text]:
    kit.solved("it found what the note says")
kit.failed("it did not find what the note says")
