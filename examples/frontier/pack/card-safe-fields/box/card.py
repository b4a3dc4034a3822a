"""Cards with fields."""


class User:
    """Who a card is for."""

    def __init__(self, name, city):
        self.name = name
        self.city = city
        self.token = "private"


class Order:
    """What was ordered."""

    def __init__(self, number, total):
        self.number = number
        self.total = total
        self.margin = total / 3


def card(text, user, order):
    """Return a card with its fields filled."""
    return text.format(user=user, order=order)
