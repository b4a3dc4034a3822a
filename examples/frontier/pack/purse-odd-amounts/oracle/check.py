import kit

DRIVE = """
import purse


def moves(*steps):
    purses = purse.Purses(ada="100", bob="0", eve="0.30")
    said = []
    for giver, taker, amount in steps:
        try:
            purses.move(giver, taker, amount)
            said.append("moved")
        except ValueError:
            said.append("refused")
    return [said, [purses.balance(name) for name in ("ada", "bob", "eve")]]
"""
WORKS = [
    ("moves", [["ada", "bob", "12"]], [["moved"], ["88.00", "12.00", "0.30"]]),
    ("moves", [["ada", "bob", "0.5"], ["bob", "eve", "0.25"]], [["moved", "moved"], ["99.50", "0.25", "0.55"]]),
    ("moves", [["ada", "bob", "100.01"]], [["refused"], ["100.00", "0.00", "0.30"]]),
    ("moves", [["ada", "bob", "100"]], [["moved"], ["0.00", "100.00", "0.30"]]),
]
REPAIRED = [
    (
        "moves",
        [
            [a, b, amount]
            for a, b, amount in [
                ("ada", "bob", each)
                for each in (
                    "-5",
                    "nan",
                    "inf",
                    "-inf",
                    "1e2",
                    "0",
                    "0.00",
                    "",
                    " 5",
                    "5 ",
                    "+5",
                    "0x5",
                    "1_0",
                    "5.",
                    ".5",
                    "1.234",
                    "٣",
                    "5\n",
                )
            ]
        ],
        [["refused"] * 18, ["100.00", "0.00", "0.30"]],
    ),
    (
        "moves",
        [["ada", "bob", 5], ["ada", "bob", None], ["ada", "bob", True], ["ada", "bob", ["5"]]],
        [["refused"] * 4, ["100.00", "0.00", "0.30"]],
    ),
    (
        "moves",
        [["ada", "ada", "5"], ["ada", "zoe", "5"], ["zoe", "ada", "5"], ["ada", "bob", "1000001"]],
        [["refused"] * 4, ["100.00", "0.00", "0.30"]],
    ),
    ("moves", [["ada", "bob", "0.1"]] * 10 + [["bob", "eve", "1"]], [["moved"] * 11, ["99.00", "0.00", "1.30"]]),
    ("moves", [["eve", "bob", "0.1"]] * 3, [["moved"] * 3, ["100.00", "0.30", "0.00"]]),
]

kit.patched({"purse.py": kit.answer("purse.py")}, DRIVE, WORKS, REPAIRED)
