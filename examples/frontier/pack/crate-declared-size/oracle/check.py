import kit

DRIVE = '''
import base64, resource, zlib
import crate


def packed(text):
    return base64.b64encode(zlib.compress(text.encode())).decode()


def whole(members):
    lines = ["CRATE1"]
    for name, size, text in members:
        lines += [f"{name} {len(text.encode()) if size is None else size}", packed(text)]
    return "\\n".join(lines) + "\\n"


def small(members):
    return {name: data.decode() for name, data in crate.unpack(whole(members)).items()}


def raw(text):
    return {name: data.decode() for name, data in crate.unpack(text).items()}


def large(members):
    return {name: len(data) for name, data in crate.unpack(whole([[n, s, "x" * c] for n, s, c in members])).items()}


def refuses(members):
    try:
        return large(members)
    except crate.Refused:
        return "Refused"


def bomb():
    """A member that says 10 bytes and holds 24 MB, of which nothing beyond a little may be unpacked."""
    squeeze = zlib.compressobj(9)
    data = b"".join(squeeze.compress(bytes(1 << 20)) for _ in range(24)) + squeeze.flush()
    text = "CRATE1\\nbig 10\\n" + base64.b64encode(data).decode() + "\\n"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        crate.unpack(text)
        said = "unpacked"
    except crate.Refused:
        said = "Refused"
    return said, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 10_000
'''
WORKS = [
    ("small", [[["a", None, "one"], ["b c", None, "two"]]], {"a": "one", "b c": "two"}),
    ("small", [[]], {}),
    ("small", [[["empty", None, ""]]], {"empty": ""}),
    ("large", [[["a", 65536, 65536]]], {"a": 65536}),
    ("refuses", [[["a", 65537, 65537]]], "Refused"),
    ("refuses", [[["a", 40000, 40000], ["b", 40000, 40000]]], "Refused"),
    ("refuses", [[["a", 1, 1], ["a", 1, 1]]], "Refused"),
    ("refuses", [[[str(n), 1, 1] for n in range(101)]], "Refused"),
    ("large", [[[str(n), 1, 1] for n in range(100)]], {str(n): 1 for n in range(100)}),
    ("raw", ["BOX"], kit.RAISES),
]
REPAIRED = [
    ("refuses", [[["a", 10, 100]]], "Refused"),
    ("refuses", [[["a", 100, 10]]], "Refused"),
    ("refuses", [[["a", 0, 60000], ["b", 0, 60000]]], "Refused"),
    ("bomb", [], ["Refused", True]),
]

kit.patched({"crate.py": kit.answer("crate.py")}, DRIVE, WORKS, REPAIRED)
