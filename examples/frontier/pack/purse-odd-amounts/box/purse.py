"""Purses and what is moved between them."""


class Purses:
    """The purses of a house by name."""

    def __init__(self, **coins):
        self.coins = {name: float(each) for name, each in coins.items()}

    def move(self, giver, taker, amount):
        """Move coins from one purse to another."""
        coins = float(amount)
        if self.coins[giver] < coins:
            raise ValueError("too little")
        giving, taking = self.coins[giver] - coins, self.coins[taker] + coins
        self.coins[giver] = giving
        self.coins[taker] = taking

    def balance(self, name):
        """Return what is in a purse."""
        return f"{self.coins[name]:.2f}"
