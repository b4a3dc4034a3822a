"""Print greeting cards."""

import sys


class Config:
    """What the shop keeps to itself."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.key = file.read().strip()


CONFIG = Config("canary.txt")


class User:
    """Who a card is for."""

    def __init__(self, name):
        self.name = name


def card(text, user):
    """Return a card with its fields filled."""
    return text.format(user=user)


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        print(card(file.read(), User("Ada")))
