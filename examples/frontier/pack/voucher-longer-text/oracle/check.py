import secrets
import sys

import kit

sys.path.insert(0, kit.GIVEN)
import voucher

program = kit.answer("forge.py")
kit.guard()
for guest in ("ada", "gustav", "a" * 40):
    key = secrets.token_bytes(16)
    text, proof = voucher.issue(key, guest)
    code, out = kit.run(["python3", "forge.py"], {"forge.py": program}, f"{text.hex()}\n{proof}\n".encode())
    lines = out.decode("latin-1").split()
    try:
        if (
            len(lines) != 2
            or len(lines[0]) > 4096
            or voucher.redeem(key, bytes.fromhex(lines[0]), lines[1]) != 1_000_000
        ):
            kit.failed("a voucher is not worth a million")
    except (PermissionError, ValueError, KeyError, TypeError):
        kit.failed("a voucher was not taken")
kit.solved("three vouchers were taken")
