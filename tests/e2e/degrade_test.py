#!/usr/bin/python3
"""The real vangnetd on a disk that fills up, without file descriptors, among callers that say nothing, and asked to end.

Each test appends its counts to $VANGNET_FAULT_REPORT, the table of tests/run --nightly.
"""

import contextlib
import os
import resource
import socket
import threading
import time
import unittest

import grpc

import fault_case
import vangnetd
from vangnet.v1 import alert_service_pb2
from vangnet.v1 import ingest_service_pb2

DISK_MEBIBYTES = 192
RESERVE_MEBIBYTES = 64


class DegradeTest(fault_case.FaultCase):

    def test_a_full_disk_refuses_records_serves_alerts_and_recovers(self):
        disk = self.mounted("-t", "tmpfs", "-o", f"size={DISK_MEBIBYTES}m", "tmpfs")
        config = self.configuration(os.path.join(disk, "data"), f"disk_reserve_mib: {RESERVE_MEBIBYTES}")
        with self.start(config) as server:
            self.push(server, "first", "second")
            alerts = self.await_alerts(server, 2)
            ballast = os.path.join(disk, "ballast")
            rounds, seconds = 3, 0
            for turn in range(rounds):
                free = os.statvfs(disk)
                left = free.f_bavail * free.f_frsize - (RESERVE_MEBIBYTES - 1 if turn == 0 else 4) * fault_case.MEBIBYTE
                with open(ballast, "wb") as file:
                    os.posix_fallocate(file.fileno(), 0, left)
                with self.assertRaises(grpc.RpcError) as refusal:
                    self.push(server, f"refused-{turn}")
                self.assertEqual(refusal.exception.code(), grpc.StatusCode.RESOURCE_EXHAUSTED)
                details = dict(refusal.exception.trailing_metadata())["grpc-status-details-bin"]
                self.assertIn(b"DISK_FULL", details)
                self.assertIn(b"google.rpc.RetryInfo", details)
                self.assertEqual(len(vangnetd.all_alerts(server)), 2 + turn)
                if turn == 0:  # within the reserve
                    server.alerts.AcknowledgeAlert(alert_service_pb2.AcknowledgeAlertRequest(
                        alert_id=alerts[0].alert_id, etag=alerts[0].etag, actor="team", request_id="one"), timeout=10)
                os.remove(ballast)
                seconds = max(seconds, self.await_answer(server, f"after-{turn}", 5))
                vangnetd.await_condition(lambda turn=turn: len(vangnetd.all_alerts(server)) == 3 + turn, "its alert", 5)
            self.assertIsNone(server.process.poll(), server.output())
        with self.start(config) as server:
            self.report("disk full", server, rounds, 0, seconds)

    def test_after_a_flood_of_connections_it_answers_or_is_started_again(self):
        server = self.start()
        self.push(server, "before")
        limit = len(os.listdir(f"/proc/{server.process.pid}/fd")) + 40
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (limit, limit))
        host, port = server.address.rsplit(":", 1)
        with contextlib.ExitStack() as flood:
            for _ in range(300):
                connection = flood.enter_context(socket.socket())
                connection.settimeout(5)
                connection.connect((host, int(port)))
            vangnetd.await_condition(lambda: "out of file descriptors" in server.output(), "it says what it lacks", 10)
        closed = time.monotonic()
        restarts = 0

        def answers():
            nonlocal server, restarts
            if server.process.poll() is not None:  # as systemd would
                self.assertEqual(server.process.returncode, 1)
                self.assertIn("accepts no connections any more", server.output())
                restarts += 1
                server.kill()
                server = self.start()
            with grpc.insecure_channel(server.address, options=[("grpc.enable_http_proxy", 0),
                                                               ("grpc.use_local_subchannel_pool", 1)]) as channel:
                try:
                    grpc.channel_ready_future(channel).result(timeout=1)
                    return True
                except grpc.FutureTimeoutError:
                    return False

        vangnetd.await_condition(answers, "new connections are answered", 20)
        seconds = time.monotonic() - closed
        with server:
            self.push(server, "after")
            self.report("out of file descriptors", server, 1, restarts, seconds)

    def test_connections_that_say_nothing_are_closed_and_harm_nobody(self):
        preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
        with self.start() as server, contextlib.ExitStack() as open_sockets:
            host, port = server.address.rsplit(":", 1)
            silent = []
            for words in (b"", preface[:10], preface) * 10:
                connection = open_sockets.enter_context(socket.create_connection((host, int(port)), timeout=15))
                connection.sendall(words)
                silent.append(connection)
            started = time.monotonic()
            self.push(server, "meanwhile")
            for connection in silent:
                with contextlib.suppress(ConnectionResetError):
                    while connection.recv(4096):
                        pass
            seconds = time.monotonic() - started
            self.assertLess(seconds, 10, "the time of a handshake is four seconds")
            self.report("slow loris on gRPC", server, len(silent), 0, 0)

    def test_half_requests_for_metrics_hold_nobody_up_for_long(self):
        with self.start() as server, contextlib.ExitStack() as open_sockets:
            self.push(server, "before")
            host, port = server.metrics_address.rsplit(":", 1)
            for _ in range(16):  # twice its threads
                connection = open_sockets.enter_context(socket.create_connection((host, int(port)), timeout=15))
                connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: a\r\n")
            started = time.monotonic()
            self.assertEqual(server.metric("vangnet_disk_short"), 0)
            # Two rounds of its two seconds' patience, and some for a busy machine.
            self.assertLess(time.monotonic() - started, 8)
            self.report("slow loris on metrics", server, 16, 0, 0)

    def test_a_drain_under_load_loses_nothing(self):
        server = self.start()
        self.push(server, "before")
        # One watcher reads nothing, and a stream stays open.
        watch = server.alerts.WatchAlerts(alert_service_pb2.WatchAlertsRequest())
        next(watch)
        more = threading.Event()

        def chunks():
            yield ingest_service_pb2.StreamRecordsRequest(records=[])
            more.wait(30)

        stream = server.ingest.StreamRecords(chunks())
        next(stream)
        refused, sending = [], threading.Event()

        def send(number):
            for chunk in range(100_000):
                try:
                    self.push(server, f"child-{number}-{chunk}")
                    sending.set()
                except grpc.RpcError as error:
                    refused.append(error.code())
                    return

        senders = [threading.Thread(target=send, args=[number]) for number in range(4)]
        for sender in senders:
            sender.start()
        self.assertTrue(sending.wait(20))
        started = time.monotonic()
        server.process.terminate()
        status = server.process.wait(timeout=20)
        seconds = time.monotonic() - started
        more.set()
        for sender in senders:
            sender.join()
        self.assertEqual(status, 0, server.output())
        self.assertLess(seconds, 20)
        # gRPC cancels a call that comes between its goodbye and the caller's reading of it.
        self.assertEqual(len(refused), len(senders))
        self.assertLessEqual(set(refused), {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED})
        server.kill()  # it is gone; its pipes are closed
        with self.start() as server:
            self.report("SIGTERM under load", server, 1, 1, server.seconds_until_ready)


if __name__ == "__main__":
    unittest.main()
