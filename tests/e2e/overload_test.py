#!/usr/bin/python3
"""The real vangnetd under more than it can take: a flood of records, a storm of connections, watchers that do not read.

Each test appends its counts to $VANGNET_FAULT_REPORT, the table of tests/run --nightly.
"""

import collections
import itertools
import os
import socket
import ssl
import struct
import subprocess
import threading
import time
import unittest

import grpc

import fault_case
import vangnetd
from vangnet.v1 import alert_pb2
from vangnet.v1 import alert_service_pb2
from vangnet.v1 import ingest_service_pb2
from vangnet.v1 import ingest_service_pb2_grpc
from vangnet.v1 import record_pb2

# Settings of the server, and what services/README.md says beside them under "Memory under load"; all in MiB.
QUEUE, BLOCK_CACHE, STATE_CACHE = 12, 8, 16
PROGRAM, WRITE_BUFFERS, RECENT, READ_AHEAD, ALLOCATOR = 128, 192, 32, 0.25, 1.5

FLOOD_STREAMS, FLOOD_CALLERS = 12, 36
FLOOD_CHUNKS = 60  # to be acknowledged
FLOOD_RECORDS = 200  # of one chunk
FLOOD_CHILDREN = 20  # of one chunk
# A field that this server does not know and keeps: large records, of which few need be compared.
FLOOD_PADDING = b"\xc2\x3e\x80\x30" + bytes(6144)
NUMBER = "-%08d-"  # of a chunk, in the ids of its records

# The preface of HTTP/2 and an empty frame of settings.
FIRST_WORDS = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
FRAME_SETTINGS, SETTING_INITIAL_WINDOW = 4, 4  # RFC 9113, 6.5

STORM_CONNECTIONS = 800
STORM_MEBIBYTES = 64

STALLED_WATCHERS = 12
STALLED_ALERTS = 1500
STALLED_MEBIBYTES = 128


class Flood:
    """Callers who send large chunks of one source and take no notice of anybody.

    `streams` send on without waiting for answers; `callers` send each chunk again, at once, until it is acknowledged.
    """

    def __init__(self, server, source, streams=0, callers=0):
        self.source = source
        self.offered = self.refused = self.without_retry_info = 0  # chunks
        self.sent, self.acknowledged = set(), set()
        self.failures = []
        self._template = self._chunk(NUMBER % 0).SerializeToString()
        self.chunk_bytes = len(self._template)
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._channel = server.connect()
        self._threads = [threading.Thread(target=self._guarded, args=[self._stream]) for _ in range(streams)]
        self._threads += [threading.Thread(target=self._guarded, args=[self._call]) for _ in range(callers)]
        for thread in self._threads:
            thread.start()

    def record_ids(self, number):
        return [f"{self.source}{NUMBER % number}{i}" for i in range(FLOOD_RECORDS)]

    def end(self):
        self._ending.set()

    def join(self):
        for thread in self._threads:
            thread.join()
        self._channel.close()

    def _chunk(self, number):
        absence = record_pb2.Absence(school="12AB00", category=record_pb2.ABSENCE_CATEGORY_SICK,
                                     authorised=record_pb2.AUTHORISED_YES)
        absence.days.first_day = absence.days.last_day = vangnetd.today().isoformat()
        records = [record_pb2.Record(source=self.source, record_id=f"{self.source}{number}{i}", revision=1,
                                     student=f"{self.source}{number}{i % FLOOD_CHILDREN}", absence=absence)
                   for i in range(FLOOD_RECORDS)]
        return ingest_service_pb2.IngestRecordsRequest(
            records=[record_pb2.Record.FromString(r.SerializeToString() + FLOOD_PADDING) for r in records])

    def _next(self):
        number = next(self._numbers)
        self.sent.add(number)
        return number, self._template.replace((NUMBER % 0).encode(), (NUMBER % number).encode())

    def _count(self, what):
        with self._lock:
            setattr(self, what, getattr(self, what) + 1)

    def _take(self, number, answer):
        results = ingest_service_pb2.IngestRecordsResponse.FromString(answer).results
        accepted = (ingest_service_pb2.RECORD_OUTCOME_ACCEPTED, ingest_service_pb2.RECORD_OUTCOME_DUPLICATE)
        if len(results) != FLOOD_RECORDS or any(r.outcome not in accepted for r in results):
            self.failures.append(f"chunk {number} was answered with {len(results)} results, such as {results[:1]}")
        self.acknowledged.add(number)

    def _guarded(self, run):
        try:
            run()
        except Exception as error:  # a thread's exception would otherwise only be printed
            self.failures.append(repr(error))

    def _stream(self):
        waiting = collections.deque()

        def chunks():
            while not self._ending.is_set():
                number, chunk = self._next()
                waiting.append(number)
                self._count("offered")
                yield chunk

        for answer in self._channel.stream_stream("/vangnet.v1.IngestService/StreamRecords")(chunks()):
            self._take(waiting.popleft(), answer)

    def _call(self):
        call = self._channel.unary_unary("/vangnet.v1.IngestService/IngestRecords")
        while not self._ending.is_set():
            number, chunk = self._next()
            while not self._ending.is_set():
                self._count("offered")
                try:
                    self._take(number, call(chunk, timeout=60))
                    break
                except grpc.RpcError as error:
                    if error.code() != grpc.StatusCode.RESOURCE_EXHAUSTED:
                        raise
                    self._count("refused")
                    if b"google.rpc.RetryInfo" not in dict(error.trailing_metadata()).get("grpc-status-details-bin", b""):
                        self._count("without_retry_info")


def descriptors_of(server):
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


class Storm:
    """Many connections that are made and left again, a few at a time: at once, after a TLS handshake, or after the
    first words of HTTP/2; half of them with a reset."""

    AT_ONCE = 32
    def __init__(self, server, certificate, connections):
        self.attempts = self.connected = self.shaken = 0
        self.failures = []
        host, port = server.address.rsplit(":", 1)
        self._address = (host, int(port))
        self._context = ssl.create_default_context(cafile=certificate)
        self._context.set_alpn_protocols(["h2"])
        self._connections = connections
        self._lock = threading.Lock()
        self._started = time.monotonic()
        self._threads = [threading.Thread(target=self._run) for _ in range(self.AT_ONCE)]
        for thread in self._threads:
            thread.start()

    def join(self):
        for thread in self._threads:
            thread.join()
        self.seconds = time.monotonic() - self._started

    def _run(self):
        while True:
            with self._lock:
                if self.attempts == self._connections:
                    return
                number = self.attempts
                self.attempts += 1
            try:
                self._connect(number)
            except OSError as error:  # a server that is overrun may close a connection, not more
                if not isinstance(error, (ConnectionError, ssl.SSLError, TimeoutError)):
                    self.failures.append(repr(error))

    def _connect(self, number):
        with socket.create_connection(self._address, timeout=10) as connection:
            with self._lock:
                self.connected += 1
            if number % 2 == 0:  # a reset at the end
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            if number % 4 == 0:
                return
            with self._context.wrap_socket(connection, server_hostname="localhost") as tls:
                with self._lock:
                    self.shaken += 1
                if number % 4 == 3:
                    tls.sendall(FIRST_WORDS)


class Watcher:
    """Watches all alerts, and reads nothing but its position until it is told to."""

    SECONDS_MAX = 120 * fault_case.FACTOR

    def __init__(self, server):
        self.raised = collections.Counter()  # alerts, by how often they were said to be new
        self._token = ""
        self.resume(server)

    def resume(self, server):
        self._call = server.alerts.WatchAlerts(alert_service_pb2.WatchAlertsRequest(resume_token=self._token),
                                               timeout=self.SECONDS_MAX)
        self._read()

    def read_until(self, expected):
        while len(self.raised) < len(expected):
            self._read()
        assert set(self.raised) == expected, f"{len(set(self.raised) ^ expected)} alerts of others, or missing"
        self._call.cancel()

    def read_to_its_end(self):
        """The status that ends it."""
        try:
            while True:
                self._read()
        except grpc.RpcError as error:
            return error.code()

    def _read(self):
        message = next(self._call)
        self._token = message.resume_token
        if message.change.kind == alert_pb2.ALERT_CHANGE_KIND_RAISED:
            self.raised[message.alert.alert_id] += 1


class OverloadTest(fault_case.FaultCase):

    def test_a_flood_is_shed_within_bounds_of_memory_and_shared_fairly(self):
        config = self.configuration(settings=f"ingest_queue_mib: {QUEUE} block_cache_mib: {BLOCK_CACHE} "
                                             f"state_cache_mib: {STATE_CACHE}")
        server = self.start(config)
        floods = [Flood(server, "flood-streams", streams=FLOOD_STREAMS * 2 // 3),
                  Flood(server, "flood-callers", callers=FLOOD_CALLERS * 2 // 3),
                  Flood(server, "flood-both", streams=FLOOD_STREAMS // 3, callers=FLOOD_CALLERS // 3)]
        modest = [fault_case.Modest(self, server, f"modest-{i}") for i in range(3)]
        parties = floods + modest

        def is_over():
            return any(p.failures for p in parties) or (
                sum(len(f.acknowledged) for f in floods) >= FLOOD_CHUNKS * fault_case.FACTOR and
                all(len(f.acknowledged) >= 3 for f in floods) and all(m.acknowledged >= 4 for m in modest))

        started = time.monotonic()
        try:
            vangnetd.await_condition(is_over, "the flood is taken, and something of everybody",
                                     60 * fault_case.FACTOR)
        finally:
            seconds = time.monotonic() - started
            for party in parties:
                party.end()
            for party in parties:
                party.join()
        peak = fault_case.resident_mebibytes(server)
        for party in parties:
            self.assertEqual(party.failures, [], party.source)
        offered, refused = sum(f.offered for f in floods), sum(f.refused for f in floods)
        taken = sum(len(f.acknowledged) for f in floods)
        chunk = floods[0].chunk_bytes / fault_case.MEBIBYTE
        bound = ALLOCATOR * (PROGRAM + WRITE_BUFFERS + RECENT + BLOCK_CACHE + STATE_CACHE + 2 * QUEUE +
                             (2 * FLOOD_CALLERS + 3 * FLOOD_STREAMS) * chunk +
                             (FLOOD_CALLERS + FLOOD_STREAMS) * READ_AHEAD)
        print(f"offered {offered} chunks of {chunk:.1f} MiB in {seconds:.1f} s, {offered / taken:.1f} for each that was "
              f"taken; {refused} refused; of 3 modest sources {sum(m.acknowledged for m in modest)} calls taken, "
              f"{sum(m.refused for m in modest)} refused, half of them answered within "
              f"{fault_case.percentile([s for m in modest for s in m.seconds], 0.5):.2f} s; at most {peak:.0f} MiB of {bound:.0f}")
        for flood in floods:
            self.sources.add(flood.source)
            self.sent.update(name for number in flood.sent for name in flood.record_ids(number))
            self.acknowledged.update(name for number in flood.acknowledged for name in flood.record_ids(number))
        self.assertGreater(refused, 0)
        self.assertEqual(sum(f.without_retry_info for f in floods), 0)
        self.assertLess(sum(m.refused for m in modest), sum(m.acknowledged for m in modest))
        self.assertLess(peak, bound)
        with server:
            self.report("flood of records", server, offered, 0, 0)

    def test_a_caller_is_told_how_far_it_may_run_ahead(self):
        """Without it gRPC keeps 4 MiB of each call, and more as it goes: the flood is then over its bound now and then."""
        with self.start() as server:
            host, port = server.address.rsplit(":", 1)
            with socket.create_connection((host, int(port)), timeout=10) as connection, connection.makefile("rb") as frames:
                connection.sendall(FIRST_WORDS)
                header = frames.read(9)
                self.assertEqual(header[3], FRAME_SETTINGS)
                settings = dict(struct.iter_unpack(">HI", frames.read(int.from_bytes(header[:3], "big"))))
        self.assertEqual(settings[SETTING_INITIAL_WINDOW], READ_AHEAD * fault_case.MEBIBYTE)

    def test_a_storm_of_connections_leaves_no_error_and_no_memory(self):
        certificate, key = os.path.join(self.folder, "server.crt"), os.path.join(self.folder, "server.key")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout",
                        key, "-out", certificate], check=True, capture_output=True)
        config = self.configuration(settings=f'tls {{ certificate: "{certificate}" private_key: "{key}" }}')
        with self.start(config, certificate=certificate) as server:
            self.push(server, "before")
            descriptors, idle = descriptors_of(server), fault_case.resident_mebibytes(server)
            meanwhile = fault_case.Modest(self, server, "meanwhile")
            storm = Storm(server, certificate, connections=STORM_CONNECTIONS * fault_case.FACTOR)
            storm.join()
            ended = time.monotonic()
            with server.connect() as channel:
                ingest_service_pb2_grpc.IngestServiceStub(channel).GetSourceStatus(
                    ingest_service_pb2.GetSourceStatusRequest(source=fault_case.SOURCE), timeout=5, wait_for_ready=True)
            seconds = time.monotonic() - ended
            count = meanwhile.acknowledged
            vangnetd.await_condition(lambda: meanwhile.failures or meanwhile.acknowledged >= count + 20, "it is as before", 5)
            meanwhile.end()
            meanwhile.join()
            vangnetd.await_condition(lambda: descriptors_of(server) <= descriptors + 8, "all connections are gone", 5)
            peak = fault_case.resident_mebibytes(server)
            print(f"{storm.connected} connections of {storm.attempts} in {storm.seconds:.1f} s, "
                  f"{storm.shaken} with a handshake; {meanwhile.acknowledged} answers meanwhile, p99 "
                  f"{fault_case.percentile(meanwhile.seconds, 0.99) * 1000:.1f} ms; {idle:.0f} MiB before, at most {peak:.0f} MiB")
            self.assertEqual(meanwhile.failures + storm.failures, [])
            self.assertLess(seconds, 5)
            self.assertLess(peak - idle, STORM_MEBIBYTES)
            self.report("storm of connections", server, storm.attempts, 0, seconds)

    def test_watchers_that_do_not_read_lose_nothing_and_harm_nobody(self):
        server = self.start()
        undisturbed = self.seconds_of_answers(server, "alone", 100)
        before = {alert.alert_id for alert in self.await_alerts(server, 100)}
        idle = fault_case.resident_mebibytes(server, "VmRSS")
        watchers = [Watcher(server) for _ in range(STALLED_WATCHERS)]
        children = STALLED_ALERTS * fault_case.FACTOR
        for first in range(0, children, 500):
            self.push(server, *(f"child-{number}" for number in range(first, first + 500)))
        beside = self.seconds_of_answers(server, "beside", 100)
        alerts = self.await_alerts(server, children + 200, 60 * fault_case.FACTOR)
        peak = fault_case.resident_mebibytes(server)
        expected = {alert.alert_id for alert in alerts} - before
        for watcher in watchers[::2]:  # these read on
            watcher.read_until(expected)
        server.process.terminate()
        self.assertEqual(server.process.wait(timeout=20), 0, server.output())
        server.kill()  # it is gone; its pipes are closed
        with self.start() as server:
            for watcher in watchers[1::2]:  # these were sent away, and go on from where they were
                # CANCELLED: gRPC's own, for a message that is still not taken at the end of the drain.
                self.assertIn(watcher.read_to_its_end(), (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED))
                self.assertLess(len(watcher.raised), children, "what stands still has not everything in its buffers")
                watcher.resume(server)
                watcher.read_until(expected)
            print(f"{STALLED_WATCHERS} watchers stood still for {children} alerts; p99 of an answer "
                  f"{fault_case.percentile(undisturbed, 0.99) * 1000:.1f} ms without and {fault_case.percentile(beside, 0.99) * 1000:.1f} ms "
                  f"beside them; {idle:.0f} MiB before, at most {peak:.0f} MiB")
            self.assertEqual(sum(watcher.raised.total() - len(expected) for watcher in watchers), 0)
            self.assertLess(peak - idle, STALLED_MEBIBYTES)
            self.report("watchers that do not read", server, STALLED_WATCHERS, 1, server.seconds_until_ready)

    def seconds_of_answers(self, server, name, count):
        seconds = []
        for number in range(count):
            started = time.monotonic()
            self.push(server, f"{name}-{number}")
            seconds.append(time.monotonic() - started)
        return seconds


if __name__ == "__main__":
    unittest.main()
