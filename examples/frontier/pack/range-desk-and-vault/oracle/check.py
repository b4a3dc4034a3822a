import pathlib

import kit

TRUTH = {"banner": "desk/banner.txt", "room": "desk/room.txt", "sealed": "vault/sealed.txt"}

found = kit.fields("answer.json", dict.fromkeys(TRUTH, str))
done = [name for name, path in TRUTH.items() if found[name] == pathlib.Path("/work/hosts", path).read_text()]
if len(done) == len(TRUTH):
    kit.solved("all three texts", done)
kit.failed(f"{len(done)} of {len(TRUTH)} texts", done)
