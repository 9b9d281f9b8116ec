#!/usr/bin/python3
"""A school system and a support team, both in Python, against the real vangnetd."""

import datetime
import os
import queue
import shutil
import subprocess
import tempfile
import threading
import unittest

import grpc

import vangnetd
from vangnet.v1 import alert_pb2
from vangnet.v1 import alert_service_pb2
from vangnet.v1 import ingest_service_pb2
from vangnet.v1 import record_pb2
from vangnet.v1 import school_service_pb2

RECORDS_PER_CHUNK_MAX = 10_000
ACCEPTED = ingest_service_pb2.RECORD_OUTCOME_ACCEPTED
DUPLICATE = ingest_service_pb2.RECORD_OUTCOME_DUPLICATE
STALE = ingest_service_pb2.RECORD_OUTCOME_STALE
REJECTED = ingest_service_pb2.RECORD_OUTCOME_REJECTED


def day(days_ago):
    return (vangnetd.today() - datetime.timedelta(days=days_ago)).isoformat()


def profile(student, source="las-1", revision=1):
    return record_pb2.Record(
        source=source, record_id="profile", revision=revision, student=student,
        student_profile=record_pb2.StudentProfile(birth_date=day(9 * 365), resident_from="2020-01-01"))


def placement(student, last_day="", source="las-1", revision=1):
    return record_pb2.Record(
        source=source, record_id="placement", revision=revision, student=student,
        placement=record_pb2.Placement(school="12AB00", kind=record_pb2.PLACEMENT_KIND_REGULAR, first_day="2021-08-23",
                                       last_day=last_day))


def left_long_ago(student):
    """A child that left its school three weeks ago and was signed in nowhere."""
    return [profile(student), placement(student, last_day=day(21))]


def field(number, content):
    """One length-delimited field on the wire."""
    length, varint = len(content), b""
    while length > 0x7F:
        varint += bytes([length & 0x7F | 0x80])
        length >>= 7
    return bytes([number << 3 | 2]) + varint + bytes([length]) + content


class Watch:
    """The messages of one WatchAlerts call, on a thread of its own."""

    def __init__(self, server, **request):
        self._call = server.alerts.WatchAlerts(alert_service_pb2.WatchAlertsRequest(**request))
        self._messages = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        try:
            for message in self._call:
                self._messages.put(message)
        except grpc.RpcError:
            pass

    def next(self, *kinds, seconds=20):
        """The next message of one of these kinds; queue.Empty when none comes."""
        while True:
            message = self._messages.get(timeout=seconds)
            if message.kind in kinds:
                return message

    def cancel(self):
        self._call.cancel()


class EndToEndTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="vangnet-e2e-")
        cls.data_dir = os.path.join(cls.folder, "data")
        cls.server = vangnetd.Vangnetd(os.environ["VANGNETD"], cls.data_dir, os.environ["VANGNET_REGION"],
                                       os.environ["VANGNET_POLICY"])

    @classmethod
    def tearDownClass(cls):
        status = cls.server.stop()
        shutil.rmtree(cls.folder)
        if status != 0:
            raise AssertionError(f"vangnetd ended with status {status}:\n{cls.server.output()}")

    def push(self, *records, **request):
        return self.server.ingest.IngestRecords(
            ingest_service_pb2.IngestRecordsRequest(records=records, **request), timeout=30).results

    def alert_of(self, student):
        def find():
            alerts = vangnetd.all_alerts(self.server, filter=alert_service_pb2.AlertFilter(student=student))
            return alerts[0] if alerts else None

        return vangnetd.await_condition(find, f"an alert of {student}")

    def assert_status(self, code, error):
        self.assertEqual(error.exception.code(), code, error.exception.details())

    def test_a_child_without_placement_is_seen_acknowledged_and_resolved_by_a_placement(self):
        student = "child-1"
        watch = Watch(self.server, filter=alert_service_pb2.AlertFilter(student=student))
        watch.next(alert_service_pb2.WATCH_EVENT_KIND_POSITION)
        self.assertEqual([r.outcome for r in self.push(*left_long_ago(student))], [ACCEPTED, ACCEPTED])

        raised = watch.next(alert_service_pb2.WATCH_EVENT_KIND_CHANGED)
        self.assertEqual(raised.change.kind, alert_pb2.ALERT_CHANGE_KIND_RAISED)
        self.assertEqual((raised.alert.finding.rule, raised.alert.finding.student), ("no-placement", student))
        self.assertEqual(raised.alert.finding.cause, "PLACEMENT_ENDED")
        self.assertIn("placement", [e.record_id for e in raised.alert.finding.evidence])
        self.assertNotEqual(raised.alert.team, "")

        request = alert_service_pb2.AcknowledgeAlertRequest(
            alert_id=raised.alert.alert_id, etag=raised.alert.etag, actor="team-oost", note="called home",
            request_id="once")
        acknowledged = self.server.alerts.AcknowledgeAlert(request, timeout=10).alert
        self.assertEqual(acknowledged.state, alert_pb2.ALERT_STATE_ACKNOWLEDGED)
        self.assertEqual(acknowledged.acknowledged_by, "team-oost")
        seen = watch.next(alert_service_pb2.WATCH_EVENT_KIND_CHANGED)
        self.assertEqual(seen.change.kind, alert_pb2.ALERT_CHANGE_KIND_ACKNOWLEDGED)
        self.assertEqual(seen.change.note, "called home")
        # The same request again is the same answer; an old etag is refused.
        self.assertEqual(self.server.alerts.AcknowledgeAlert(request, timeout=10).alert, acknowledged)
        request.request_id = "twice"
        with self.assertRaises(grpc.RpcError) as error:
            self.server.alerts.AcknowledgeAlert(request, timeout=10)
        self.assert_status(grpc.StatusCode.ABORTED, error)

        # A correction: the child never left. The alert never was.
        self.push(placement(student, revision=2))
        over = watch.next(alert_service_pb2.WATCH_EVENT_KIND_CHANGED)
        self.assertEqual(over.change.kind, alert_pb2.ALERT_CHANGE_KIND_WITHDRAWN)
        self.assertEqual(over.alert.state, alert_pb2.ALERT_STATE_WITHDRAWN)
        self.assertEqual([c.kind for c in over.alert.history],
                         [alert_pb2.ALERT_CHANGE_KIND_RAISED, alert_pb2.ALERT_CHANGE_KIND_ACKNOWLEDGED,
                          alert_pb2.ALERT_CHANGE_KIND_WITHDRAWN])
        watch.cancel()

        # Who was away resumes from the token of what it saw, and misses nothing.
        resumed = Watch(self.server, resume_token=raised.resume_token,
                        filter=alert_service_pb2.AlertFilter(student=student))
        kinds = [resumed.next(alert_service_pb2.WATCH_EVENT_KIND_CHANGED).change.kind for _ in range(2)]
        self.assertEqual(kinds, [alert_pb2.ALERT_CHANGE_KIND_ACKNOWLEDGED, alert_pb2.ALERT_CHANGE_KIND_WITHDRAWN])
        resumed.cancel()

    def test_a_record_with_broken_text_is_refused_alone(self):
        marker = "PLACE-OF-BROKEN-TEXT"
        broken = profile(marker).SerializeToString().replace(marker.encode(), b"\xff\xfe" + b"x" * (len(marker) - 2))
        request = b"".join(field(1, record) for record in
                           (profile("neighbour-1").SerializeToString(), broken, b"\x0a\xff",
                            profile("neighbour-2").SerializeToString()))
        call = self.server.channel.unary_unary("/vangnet.v1.IngestService/IngestRecords", request_serializer=None,
                                               response_deserializer=None)
        results = ingest_service_pb2.IngestRecordsResponse.FromString(call(request, timeout=10)).results
        self.assertEqual([r.outcome for r in results], [ACCEPTED, REJECTED, REJECTED, ACCEPTED])
        self.assertEqual(results[1].field, "student")
        self.assertNotEqual(results[1].reason, "")
        self.assertNotIn("xxx", results[1].description, "the child's data is in the message")
        kept = self.server.ingest.ListRejections(ingest_service_pb2.ListRejectionsRequest(source="las-1"), timeout=10)
        self.assertIn(broken, [r.raw_record for r in kept.rejections])

    def test_repeated_old_and_conflicting_versions_are_told_apart(self):
        self.assertEqual([r.outcome for r in self.push(profile("twice", revision=2))], [ACCEPTED])
        conflict = profile("twice", revision=2)
        conflict.student_profile.municipality = "0796"
        results = self.push(profile("twice", revision=2), profile("twice", revision=1), conflict,
                            profile("twice", revision=3))
        self.assertEqual([r.outcome for r in results], [DUPLICATE, STALE, REJECTED, ACCEPTED])
        self.assertNotEqual(results[2].reason, "")

    def test_a_stream_of_chunks_is_answered_in_order(self):
        chunks = [ingest_service_pb2.StreamRecordsRequest(records=[profile(f"stream-{c}-{i}") for i in range(50)],
                                                          channel="nightly", cursor=f"row {c}") for c in range(20)]
        answers = list(self.server.ingest.StreamRecords(iter(chunks), timeout=30))
        self.assertEqual([a.cursor for a in answers], [f"row {c}" for c in range(20)])
        self.assertEqual({r.outcome for a in answers for r in a.results}, {ACCEPTED})
        status = self.server.ingest.GetSourceStatus(
            ingest_service_pb2.GetSourceStatusRequest(source="las-1", channel="nightly"), timeout=10)
        self.assertEqual([(c.channel, c.cursor, c.accepted) for c in status.channels], [("nightly", "row 19", 1000)])

    def test_a_chunk_over_the_limit_is_refused_whole(self):
        at_limit = [profile(f"limit-{i}") for i in range(RECORDS_PER_CHUNK_MAX)]
        self.assertEqual({r.outcome for r in self.push(*at_limit, validate_only=True)}, {ACCEPTED})
        with self.assertRaises(grpc.RpcError) as error:
            self.push(*at_limit, profile("limit-one-more"))
        self.assert_status(grpc.StatusCode.INVALID_ARGUMENT, error)
        details = [value for key, value in error.exception.trailing_metadata() if key == "grpc-status-details-bin"]
        self.assertEqual(len(details), 1)
        self.assertIn(b"google.rpc.ErrorInfo", details[0])
        self.assertEqual([r.outcome for r in self.push(profile("limit-0"))], [ACCEPTED], "something had been stored")

    def test_health_and_reflection_name_every_service(self):
        health = self.server.channel.unary_unary("/grpc.health.v1.Health/Check", request_serializer=None,
                                                 response_deserializer=None)
        services = ["vangnet.v1.IngestService", "vangnet.v1.AlertService", "vangnet.v1.StudentService",
                    "vangnet.v1.SchoolService"]
        for service in [""] + services:
            with self.subTest(service):
                self.assertEqual(health(field(1, service.encode()), timeout=10), b"\x08\x01")  # SERVING
        for version in ("v1", "v1alpha"):
            with self.subTest(version):
                reflect = self.server.channel.stream_stream(
                    f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo", request_serializer=None,
                    response_deserializer=None)
                answer = next(iter(reflect(iter([field(7, b"*")]), timeout=10)))  # list_services
                for service in services:
                    self.assertIn(service.encode(), answer)

    def test_the_metrics_are_well_formed_and_name_no_child(self):
        self.push(*left_long_ago("metrics-child"))
        self.alert_of("metrics-child")
        text = self.server.metrics()
        self.assertIn("vangnet_", text)
        self.assertIn("grpc_server_handled_total", text)
        self.assertNotIn("metrics-child", text)
        promtool = shutil.which("promtool", path=os.environ["PATH"] + ":" + os.environ["VANGNET_TOOLS"])
        if promtool is None:
            self.skipTest("promtool is not there; deploy/install-packages --tests fetches it")
        checked = subprocess.run([promtool, "check", "metrics"], input=text, text=True, capture_output=True, check=False)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    def vangnet(self, *arguments):
        return subprocess.run([os.environ["VANGNET"], *arguments, "--server", self.server.address], capture_output=True,
                              text=True, timeout=60, check=False)

    def test_a_mistyped_name_is_told_and_one_of_which_there_is_nothing_is_not(self):
        self.push(profile("known-child"), placement("known-child"))
        for arguments, note in [
                (("findings", "--student", "nobody"), "nothing is known of a child 'nobody'"),
                (("findings", "--student", "known-child", "--as-known-on", "2020-01-01"),
                 "nothing was known of a child 'known-child' then"),
                (("findings", "--rule", "long-absense"), "no rule 'long-absense' in the policy in use"),
                (("findings", "--school", "xx"), "no school 'xx' is configured or was heard of"),
                (("alerts", "--student", "nobody"), "nothing is known of a child 'nobody'"),
                (("alerts", "--rule", "nope"), "no rule 'nope' in the policy in use"),
                (("alerts", "--stage", "nope"), "no stage 'nope' in the policy in use"),
                (("alerts", "--rule", "no-placement", "--stage", "early"), "'no-placement' has no stage 'early'"),
                (("alerts", "--unit", "nope"), "no unit 'nope' in the region in use"),
                (("alerts", "--team", "nope"), "no team 'nope' in the region in use")]:
            with self.subTest(arguments):
                told = self.vangnet(*arguments)
                self.assertEqual(told.returncode, 0, told.stderr)
                self.assertIn(f"vangnet {arguments[0]}: note: ", told.stderr)
                self.assertIn(note, told.stderr)
        for arguments in [("findings", "--student", "known-child", "--rule", "long-absence", "--school", "12AB00"),
                          ("alerts", "--student", "known-child", "--rule", "long-absence", "--stage", "early", "--unit",
                           "bosch", "--team", "team-bosch")]:
            with self.subTest(arguments):
                told = self.vangnet(*arguments)
                self.assertEqual(told.returncode, 0, told.stderr)
                self.assertNotIn("note", told.stderr)

    def test_a_watch_for_a_mistyped_name_says_so_before_it_waits(self):
        with subprocess.Popen([os.environ["VANGNET"], "watch", "--rule", "nope", "--server", self.server.address],
                              stderr=subprocess.PIPE, text=True) as watch:
            self.assertEqual(watch.stderr.readline(), "vangnet watch: note: no rule 'nope' in the policy in use\n")
            watch.kill()

    def test_schools_are_listed(self):
        listed = self.server.schools.ListSchools(school_service_pb2.ListSchoolsRequest(), timeout=10)
        self.assertGreater(len(listed.schools), 0)

    def test_a_second_server_on_the_same_data_directory_ends_at_once_with_one_line(self):
        second = subprocess.run(
            [os.environ["VANGNETD"], "--data_dir", self.data_dir, "--listen", "127.0.0.1:0", "--metrics_listen",
             "127.0.0.1:0", "--region", os.environ["VANGNET_REGION"], "--policy", os.environ["VANGNET_POLICY"]],
            capture_output=True, text=True, timeout=20, check=False)
        self.assertNotEqual(second.returncode, 0)
        self.assertEqual(len((second.stdout + second.stderr).strip().splitlines()), 1, second.stdout + second.stderr)

    def test_without_authentication_only_loopback_is_served(self):
        refused = subprocess.run(
            [os.environ["VANGNETD"], "--data_dir", os.path.join(self.folder, "other"), "--listen", "0.0.0.0:0",
             "--metrics_listen", "127.0.0.1:0", "--region", os.environ["VANGNET_REGION"], "--policy",
             os.environ["VANGNET_POLICY"]], capture_output=True, text=True, timeout=20, check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("loopback", refused.stdout + refused.stderr)


if __name__ == "__main__":
    unittest.main()
