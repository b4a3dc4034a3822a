"""``python -m clearinghouse`` is the command ``clearinghouse``, where the folder of commands is not on the path."""

from clearinghouse.cli import run

if __name__ == "__main__":
    run()
