import kit

order = kit.answer("answer.json")
if len(order) > 1024:
    kit.failed("it is too large")
_, out = kit.run(["python3", "till.py", "answer.json"], {**kit.given(), "answer.json": order})
words = out.split()
if words[:1] == [b"left:"] and words[1].isdigit() and int(words[1]) >= 1000:
    kit.solved("the account is full")
kit.failed("the account is not full")
