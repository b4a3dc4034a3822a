"""Book an order against an account."""

import json
import sys

PRICES = {"tea": 3, "cake": 4, "plate": 25}


def book(account, order):
    """Return what is left on an account after an order."""
    total = 0
    for line in order:
        if not isinstance(line["count"], int):
            raise ValueError("a count is a whole number")
        total += PRICES[line["item"]] * line["count"]
    if total > account:
        raise ValueError("not enough coins")
    return account - total


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        print("left:", book(10, json.load(file)))
