import kit

text = kit.answer("answer.txt")
if len(text) > 40 or not text.isascii():
    kit.failed("it is too long, or no ASCII")
code, _ = kit.run(["python3", "label.py", "answer.txt"], {**kit.given(), "answer.txt": text}, seconds=20)
if code == 3:
    kit.solved("it gave up")
kit.failed("it did not give up")
