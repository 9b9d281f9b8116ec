#!/usr/bin/python3
"""The real vangnetd under mishaps of its neighbours: records beyond every limit, a policy that is broken while records
come, a process that stands still, a second one on its directory, a school that falls silent.

Each test appends its counts to $VANGNET_FAULT_REPORT, the table of tests/run --nightly.
"""

import datetime
import os
import shutil
import signal
import subprocess
import threading
import unittest

import grpc

import fault_case
import vangnetd
from vangnet.v1 import ingest_service_pb2
from vangnet.v1 import policy_service_pb2
from vangnet.v1 import record_pb2

CHUNK_RECORDS_MAX = 10_000
CHUNK_BYTES_MAX = 4 * fault_case.MEBIBYTE
RECORD_BYTES_MAX = 64 * 1024
GROWTH_MEBIBYTES = 160
# How long it stands still: a minute in the nightly run.
STOPPED_SECONDS = min(60, 3 * fault_case.FACTOR)
SILENT_CHILDREN = 300 * fault_case.FACTOR
FORBIDDEN = ("\u202e", "\x00", "\x1b")


def of_size(record, size):
    """The record with a field that no server knows, so that it has `size` bytes."""
    wire = record.SerializeToString()
    for digits in range(1, 5):  # of the length of the field
        length = size - len(wire) - 2 - digits
        number, encoded = length, b""
        while number > 127:
            encoded += bytes([number & 127 | 128])
            number >>= 7
        encoded += bytes([number])
        if len(encoded) == digits:
            return record_pb2.Record.FromString(wire + b"\xc2\x3e" + encoded + bytes(length))
    raise ValueError(size)


class MishapTest(fault_case.FaultCase):

    def status_of(self, server, records, **fields):
        with self.assertRaises(grpc.RpcError) as refusal:
            self.ingest(server, records, **fields)
        return refusal.exception.code()

    def profile(self, name, student=None):
        return record_pb2.Record(source=fault_case.SOURCE, record_id=name, revision=1, student=student or name,
                                 student_profile=record_pb2.StudentProfile(birth_date="2022-03-01"))

    def test_what_is_one_beyond_a_limit_is_refused_and_what_is_at_it_taken(self):
        too_much, invalid = grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.INVALID_ARGUMENT
        with self.start() as server:
            before = fault_case.resident_mebibytes(server)
            many = [self.profile(f"many-{i}") for i in range(CHUNK_RECORDS_MAX + 1)]
            self.assertEqual(self.status_of(server, many), invalid)
            self.assertEqual(self.ingest(server, many[:-1]), {})
            large = [of_size(self.profile(f"large-{i:02}"), RECORD_BYTES_MAX)
                     for i in range(CHUNK_BYTES_MAX // RECORD_BYTES_MAX)]
            self.assertEqual(self.status_of(server, [*large, self.profile("one-more")]), invalid)
            self.assertEqual(self.ingest(server, large), {})
            self.assertEqual(self.status_of(server, large * 2), too_much)  # of the transport: eight megabytes
            beyond = of_size(self.profile("beyond"), RECORD_BYTES_MAX + 1)
            self.assertEqual(self.ingest(server, [self.profile("left"), beyond, self.profile("right")]),
                             {1: "RECORD_TOO_LARGE"})
            self.assertEqual(self.status_of(server, [self.profile("x")], channel="c" * 65), invalid)
            self.assertEqual(self.status_of(server, [self.profile("x")], cursor="c" * 257), invalid)
            self.assertEqual(self.ingest(server, [self.profile("x")], channel="c" * 64, cursor="c" * 256), {})
            self.assertLess(fault_case.resident_mebibytes(server) - before, GROWTH_MEBIBYTES)
            self.report("one beyond each limit", server, 6, 0, 0)

    def test_text_that_is_none_is_refused_alone_and_printed_nowhere(self):
        wire = self.profile("invalid-!").SerializeToString()
        with self.start() as server:
            neighbours = [self.profile(f"neighbour-{i}") for i in range(4)]
            records = [neighbours[0], self.profile("nul-\x00"), neighbours[1], self.profile("escape-\x1b[2J"), neighbours[2],
                       self.profile("name", "n" * fault_case.MEBIBYTE), neighbours[3]]
            self.assertEqual(sorted(self.ingest(server, records)), [1, 3, 5])
            # Python writes no invalid UTF-8: by hand.
            field = ingest_service_pb2.IngestRecordsRequest.DESCRIPTOR.fields_by_name["records"].number
            broken = wire.replace(b"!", b"\xff")
            chunk = b"".join(bytes([field << 3 | 2, len(w)]) + w
                             for w in (broken, self.profile("beside").SerializeToString()))
            self.sent.add("beside")
            answer = ingest_service_pb2.IngestRecordsResponse.FromString(
                server.channel.unary_unary("/vangnet.v1.IngestService/IngestRecords")(chunk, timeout=30))
            self.assertEqual([r.outcome for r in answer.results], [ingest_service_pb2.RECORD_OUTCOME_REJECTED,
                                                                   ingest_service_pb2.RECORD_OUTCOME_ACCEPTED])
            self.acknowledged.add("beside")
            # Look-alikes are other children; signs of direction are text.
            self.assertEqual(self.ingest(server, [self.profile("\u0455-1"), self.profile("s-1"),
                                                  self.profile("bidi-\u202e")]), {})
            metrics = server.metrics()
            with open(os.path.join(self.folder, "data", "access-log", "access.log"), encoding="utf-8") as log:
                self.report("text that is none", server, 4, 0, 0)
                printed = metrics + server.output() + log.read()
            for text in FORBIDDEN:
                self.assertNotIn(text, printed)

    def test_a_broken_policy_changes_nothing_while_records_come(self):
        policy = os.path.join(self.folder, "policy.textproto")
        shutil.copy(os.environ["VANGNET_POLICY"], policy)
        with open(policy, encoding="utf-8") as file:
            sound = file.read()
        server = vangnetd.Vangnetd(os.environ["VANGNETD"], os.path.join(self.folder, "data"),
                                   os.environ["VANGNET_REGION"], policy)
        ending, failures, children = threading.Event(), [], []

        def shown():
            return server.policies.GetPolicy(policy_service_pb2.GetPolicyRequest(), timeout=30)

        def send():
            try:
                while not ending.is_set():
                    self.push(server, f"child-{len(children)}")
                    children.append(True)
            except grpc.RpcError as error:
                failures.append(error)

        with server:
            sender = threading.Thread(target=send)
            sender.start()
            try:
                broken = (sound + "rules {", sound + "\nno_such_field: 1\n", "# no rules at all\n", None)
                for turn, text in enumerate(broken):
                    good = f"{sound}\n# {turn}\n"  # another one, so that no refusal of before is taken for this one
                    self.put(policy, good)
                    server.reload()
                    vangnetd.await_condition(lambda good=good: shown().active.policy == good, "a sound one is in use")
                    self.put(policy, text)
                    server.reload()
                    vangnetd.await_condition(lambda: shown().refused.problems, f"{text!r:.40} is refused")
                    self.assertEqual(shown().active.policy, good)
            finally:
                ending.set()
                sender.join()
            self.assertEqual(failures, [])
            self.await_alerts(server, len(children), 60)
            self.report("broken policy reloaded under load", server, len(broken), 0, 0)

    def put(self, path, text):
        if text is None:
            os.remove(path)
            return
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def test_a_process_that_stood_still_goes_on_as_if_nothing_had_been(self):
        with self.start() as server:
            self.push(server, "before")
            self.await_alerts(server, 1)
            server.process.send_signal(signal.SIGSTOP)
            vangnetd.await_condition(lambda: self.state_of(server) == "T", "it stands still")
            answer = threading.Thread(target=self.push, args=[server, "meanwhile"], kwargs={"timeout": 120})
            answer.start()
            answer.join(STOPPED_SECONDS)  # the fault is as long as this
            self.assertTrue(answer.is_alive())
            server.process.send_signal(signal.SIGCONT)
            answer.join()
            self.assertIn("placement-meanwhile", self.acknowledged)
            seconds = self.await_answer(server, "after", 5)
            self.await_alerts(server, 3)
            self.assertNotIn("clock", server.output())
            self.assertIsNone(server.process.poll())
            self.report("stopped and continued", server, 1, 0, seconds)

    def state_of(self, server):
        with open(f"/proc/{server.process.pid}/stat", encoding="ascii") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0]

    def test_a_second_process_on_the_same_directory_ends_at_once(self):
        with self.start() as server:
            self.push(server, "before")
            for _ in range(3):
                second = subprocess.run(
                    [os.environ["VANGNETD"], "--data_dir", os.path.join(self.folder, "data"), "--listen", "127.0.0.1:0",
                     "--metrics_listen", "127.0.0.1:0", "--region", os.environ["VANGNET_REGION"], "--policy",
                     os.environ["VANGNET_POLICY"]], capture_output=True, text=True, timeout=20, check=False)
                self.assertEqual(second.returncode, 1)
                self.assertEqual(second.stderr.count("\n"), 1, second.stderr)
                self.assertIn("another process has the database", second.stderr)
            self.push(server, "after")
            self.await_alerts(server, 2)
        with self.start() as server:
            self.report("second process on the directory", server, 3, 1, server.seconds_until_ready)

    def test_a_school_whose_feed_stops_is_one_alert(self):

        def day(ago):
            return (vangnetd.today() - datetime.timedelta(days=ago)).isoformat()

        with self.start() as server:
            for school, ago in (("10AA00", 60), ("10AB00", 0)):  # the first one says nothing any more
                records = [record_pb2.Record(
                    source=fault_case.SOURCE, record_id=f"complete-{school}", revision=1,
                    attendance_complete=record_pb2.AttendanceComplete(school=school, through_day=day(ago)))]
                for number in range(SILENT_CHILDREN):
                    student = f"{school}-{number}"
                    records.append(record_pb2.Record(
                        source=fault_case.SOURCE, record_id=f"profile-{student}", revision=1, student=student,
                        student_profile=record_pb2.StudentProfile(birth_date="2017-03-01", resident_from="2020-01-01")))
                    records.append(record_pb2.Record(
                        source=fault_case.SOURCE, record_id=f"placement-{student}", revision=1, student=student,
                        placement=record_pb2.Placement(school=school, kind=record_pb2.PLACEMENT_KIND_REGULAR,
                                                       first_day="2024-08-26")))
                # A child's two records go together, or it would have no place in between.
                self.assertEqual(self.ingest(server, records[:1]), {})
                for first in range(1, len(records), 5000):
                    self.assertEqual(self.ingest(server, records[first:first + 5000]), {})
            # The alert of a child that was sent last shows that all of them were evaluated.
            self.push(server, "last")
            vangnetd.await_condition(lambda: [a for a in vangnetd.all_alerts(server) if a.finding.student == "last"],
                                     "everybody is evaluated", 60)
            vangnetd.await_condition(lambda: server.metric("vangnet_pending_subjects") == 0, "at rest", 60)
            others = [a.finding for a in vangnetd.all_alerts(server) if a.finding.student != "last"]
            self.assertEqual([(f.school, f.student, f.rule) for f in others if f.school != "12AB00"],
                             [("10AA00", "", "school-silent")])
            self.report("a school's feed stops", server, 1, 0, 0)


if __name__ == "__main__":
    unittest.main()
