"""Feed a chunked request whose chunk ends with two wrong bytes."""

import sys

import h11

ending = b"\r\n" if "benign" in sys.argv else b"XX"
connection = h11.Connection(h11.SERVER)
connection.receive_data(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
connection.receive_data(b"3\r\nabc" + ending + b"0\r\n\r\n")
try:
    while not isinstance(connection.next_event(), h11.EndOfMessage):
        pass
    print("accepted, chunk ended with", ending)
    if ending != b"\r\n":
        print("FLAW SHOWN")
except h11.RemoteProtocolError as error:
    print("refused:", error)
