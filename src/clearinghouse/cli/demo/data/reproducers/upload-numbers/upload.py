"""Takes so many uploads in, one after the other; says FLAW SHOWN if two of them have one number."""

import sys

from app.numbers import Intake

intake = Intake()
numbers = [intake.next_number() for _ in range(int(sys.argv[1]))]
print("numbers:", numbers)
if len(set(numbers)) < len(numbers):
    print("FLAW SHOWN")
