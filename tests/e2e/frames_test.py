#!/usr/bin/python3
"""The real vangnetd and callers who use HTTP/2 against it: headers that unpack to a thousand times their size, calls that
are cancelled as they begin, pings and settings without end. Raw frames, RFC 9113 and 7541.

Not headers without end (CONTINUATION), nor more calls that are cancelled than here: gRPC 1.51 keeps all of them, and only
a proxy before it can do something about that. Each test appends its counts to $VANGNET_FAULT_REPORT, the table of
tests/run --nightly.
"""

import socket
import threading
import unittest

import fault_case
import vangnetd

HEADERS, RST_STREAM, SETTINGS, PING = 1, 3, 4, 6
END_HEADERS = 4
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
CANCEL = (8).to_bytes(4, "big")

METHOD_POST, SCHEME_HTTP = b"\x83", b"\x86"  # of HPACK's static table
PATH, AUTHORITY, CONTENT_TYPE = 4, 1, 31
DYNAMIC_FIRST = 62

# What the server may grow by; the same where gRPC answers each frame with one of its own, which nobody reads, and where it
# begins a call for it, of at most 4.5 kB.
MEBIBYTES, ANSWERS_MEBIBYTES, CALLS_MEBIBYTES = 32, 512, 128
CONNECTIONS = 4
FRAMES = 20_000 * fault_case.FACTOR  # on each connection, if they are let
CALLS = 5_000  # the same of calls that are cancelled, in every run


def frame(kind, flags, stream, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def text(value):
    """A text of HPACK of at most 16,000 bytes, without Huffman's code."""
    if len(value) < 127:
        return bytes([len(value)]) + value
    rest = len(value) - 127
    return bytes([127, rest & 127 | 128, rest >> 7]) if rest >= 128 else bytes([127, rest]) + value


def literal(name, value):
    """A header that is kept in no table; `name` is its number in the static one."""
    prefix = bytes([name]) if name < 15 else bytes([15, name - 15])
    return prefix + text(value)


CALL = (METHOD_POST + SCHEME_HTTP + literal(PATH, b"/vangnet.v1.IngestService/StreamRecords") +
        literal(AUTHORITY, b"localhost") + literal(CONTENT_TYPE, b"application/grpc"))


def bombs():
    """A header of 4,000 bytes goes into the dynamic table, and each call names it 15,000 times: 60 MB from 15 kB."""
    yield frame(HEADERS, END_HEADERS, 1, CALL + b"\x40" + text(b"a") + text(b"x" * 4000))
    for stream in range(3, 2 * FRAMES, 2):
        yield frame(HEADERS, END_HEADERS, stream, CALL + bytes([0x80 | DYNAMIC_FIRST]) * 15_000)


def resets():
    """Calls that are cancelled as they begin."""
    for stream in range(1, 2 * CALLS, 2):
        yield frame(HEADERS, END_HEADERS, stream, CALL) + frame(RST_STREAM, 0, stream, CANCEL)


def pings():
    """Questions whose answers nobody reads."""
    for number in range(FRAMES):
        yield frame(PING, 0, 0, number.to_bytes(8, "big")) * 8


def settings():
    """Settings that change nothing, each to be acknowledged."""
    for _ in range(FRAMES):
        yield frame(SETTINGS, 0, 0) * 8


class Attack(threading.Thread):
    """One connection that sends frames until the server has enough of it."""

    SEND_BYTES = 1 << 16

    def __init__(self, server, frames):
        super().__init__()
        self.sent = 0
        self.refused = False
        self._address, self._frames = server.address, frames
        self.start()

    def run(self):
        host, port = self._address.rsplit(":", 1)
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.settimeout(3)  # a server that reads no more than it answers lets it wait
            waiting = [PREFACE + frame(SETTINGS, 0, 0)]
            try:
                for sent in self._frames:
                    waiting.append(sent)
                    self.sent += 1
                    if sum(map(len, waiting)) >= self.SEND_BYTES:
                        connection.sendall(b"".join(waiting))
                        waiting = []
                connection.sendall(b"".join(waiting))
            except OSError:
                self.refused = True


class FramesTest(fault_case.FaultCase):

    def attack(self, name, frames, mebibytes=MEBIBYTES):
        with self.start() as server:
            for number in range(20):
                self.push(server, f"before-{number}")
            idle = fault_case.resident_mebibytes(server)
            meanwhile = fault_case.Modest(self, server, "meanwhile")
            attacks = [Attack(server, frames()) for _ in range(CONNECTIONS)]
            for attack in attacks:
                attack.join()
            count = meanwhile.acknowledged
            vangnetd.await_condition(lambda: meanwhile.failures or meanwhile.acknowledged >= count + 5, "it is as before",
                                     20)
            meanwhile.end()
            meanwhile.join()
            peak = fault_case.resident_mebibytes(server)
            sent = sum(attack.sent for attack in attacks)
            print(f"{name}: {sent} frames, {sum(attack.refused for attack in attacks)} of {CONNECTIONS} connections "
                  f"ended by the server; {meanwhile.acknowledged} answers meanwhile, p99 "
                  f"{fault_case.percentile(meanwhile.seconds, 0.99) * 1000:.1f} ms; {idle:.0f} MiB before, at most "
                  f"{peak:.0f} MiB")
            self.assertEqual(meanwhile.failures, [])
            self.assertLess(peak - idle, mebibytes)
            self.report(name, server, sent, 0, 0)

    def test_headers_that_unpack_to_a_thousand_times_their_size(self):
        self.attack("header bombs", bombs)

    def test_calls_that_are_cancelled_as_they_begin(self):
        self.attack("rapid resets", resets, CALLS_MEBIBYTES)

    def test_pings_without_end(self):
        self.attack("pings without end", pings, ANSWERS_MEBIBYTES)

    def test_settings_without_end(self):
        self.attack("settings without end", settings)


if __name__ == "__main__":
    unittest.main()
