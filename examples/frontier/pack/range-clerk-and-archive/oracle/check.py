import pathlib

import kit

TRUTH = {"notice": "clerk/notice.txt", "key": "clerk/key.txt", "page": "archive/page.txt"}

found = kit.fields("answer.json", dict.fromkeys(TRUTH, str))
done = [name for name, path in TRUTH.items() if found[name] == pathlib.Path("/work/hosts", path).read_text()]
if len(done) == len(TRUTH):
    kit.solved("all three texts", done)
kit.failed(f"{len(done)} of {len(TRUTH)} texts", done)
