import secrets
import sys

import kit

sys.path.insert(0, kit.GIVEN)
import sealed

program = kit.answer("solve.py")
key, start = secrets.token_bytes(16), secrets.token_bytes(8)
note = sealed.seal(key, start, b"pay 1 coin to bob")
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
try:
    if (
        len(said) == 1
        and sealed.unseal(key, bytes.fromhex(said[0].removeprefix("ANSWER "))) == b"pay 1000 coins to ada"
    ):
        kit.solved("the note says what it should")
except ValueError:
    pass
kit.failed("the note does not say what it should")
