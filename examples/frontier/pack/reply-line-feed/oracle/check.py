import kit

choice = kit.answer("answer.txt")
if len(choice) > 200:
    kit.failed("it is too long")
_, out = kit.run(["python3", "reply.py", "answer.txt"], {**kit.given(), "answer.txt": choice})
head = out.split(b"\r\n\r\n")[0].split(b"\r\n")
cookies = [line[11:].strip().split(b";")[0] for line in head if line.lower().startswith(b"set-cookie:")]
if b"role=chair" in cookies:
    kit.solved("the reply sets the cookie")
kit.failed("the reply does not set the cookie")
