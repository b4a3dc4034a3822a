"""Has a notice sent to each address, and to one of the internet; says FLAW SHOWN if one of the first was tried."""

import sys

from app.webhooks import deliver


class Client:
    """Notes what it would have sent; nothing leaves this program."""

    asked = []

    def post(self, address, json):
        """Note an address."""
        self.asked.append(address)


client = Client()
for address in [*sys.argv[1:], "https://93.184.216.34/"]:
    try:
        deliver(address, {"berth": 7}, client)
    except PermissionError as error:
        print("refused:", error)
print("sent to:", client.asked)
if set(client.asked) & set(sys.argv[1:]):
    print("FLAW SHOWN")
