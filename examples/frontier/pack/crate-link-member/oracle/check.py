import kit

archive = kit.answer("answer.tar")
if len(archive) > 1 << 20:
    kit.failed("it is too large")
program = """
import runpy, sys, os
sys.argv = ["unpack.py", "answer.tar"]
try:
    runpy.run_path("unpack.py", run_name="__main__")
except Exception:
    pass
sys.stdout.flush()
text = open("escaped.txt").read() if os.path.isfile("escaped.txt") and not os.path.islink("escaped.txt") else ""
print("ESCAPED" if "marker" in text else "KEPT")
"""
_, out = kit.run(["python3", "look.py"], {**kit.given("unpack.py"), "look.py": program, "answer.tar": archive})
if out.split()[-1:] == [b"ESCAPED"]:
    kit.solved("a file was written outside")
kit.failed("nothing was written outside")
