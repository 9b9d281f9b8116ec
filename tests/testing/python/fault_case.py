"""FaultCase: a test that is unkind to a real vangnetd and counts what was lost.

It remembers, outside the server, which records it sent and which of them were acknowledged; `report` compares that with
what the server holds, appends the counts to $VANGNET_FAULT_REPORT, the table of tests/run --nightly, and fails when a
record is missing or invented, or an alert was raised twice. $VANGNET_FAULT_FACTOR makes the tests that say so larger.
"""

import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
import unittest

import grpc

import vangnetd
from vangnet.v1 import alert_pb2
from vangnet.v1 import ingest_service_pb2
from vangnet.v1 import record_pb2

SOURCE = "las-1"
MEBIBYTE = 1 << 20
FACTOR = int(os.environ.get("VANGNET_FAULT_FACTOR", "1"))


def records_of(student, source=SOURCE):
    """A child that was signed out long ago: one alert."""
    return [
        record_pb2.Record(source=source, record_id=f"profile-{student}", revision=1, student=student,
                          student_profile=record_pb2.StudentProfile(birth_date="2017-03-01",
                                                                    resident_from="2020-01-01")),
        record_pb2.Record(source=source, record_id=f"placement-{student}", revision=1, student=student,
                          placement=record_pb2.Placement(school="12AB00", kind=record_pb2.PLACEMENT_KIND_REGULAR,
                                                         first_day="2021-08-23", last_day="2021-10-01")),
    ]


def kept_records(server, sources):
    """The ids of all records that the server holds of these sources."""
    kept = set()
    for source in sources:
        listed = server.ingest.ListRecords(ingest_service_pb2.ListRecordsRequest(source=source), timeout=120)
        kept.update(record.record_id for record in listed)
    return kept


def raised_twice(alerts):
    return sum(max(0, sum(c.kind == alert_pb2.ALERT_CHANGE_KIND_RAISED for c in a.history) - 1) for a in alerts)


def resident_mebibytes(server, field="VmHWM"):
    """What the process has in memory; VmHWM: the most that it ever had, VmRSS: now."""
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(field + ":")) / 1024


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


class Modest(threading.Thread):
    """A source that sends one child after the other, each until it is acknowledged."""

    def __init__(self, case, server, source):
        super().__init__()
        self.source = source
        self.acknowledged = self.refused = 0
        self.seconds = []  # of each answer
        self.failures = []
        self._case, self._server = case, server
        self._ending = threading.Event()
        self.start()

    def run(self):
        try:
            while not self._ending.is_set():
                self._send(f"{self.source}-{self.acknowledged}")
        except Exception as error:
            self.failures.append(repr(error))

    def _send(self, student):
        while not self._ending.is_set():
            started = time.monotonic()
            try:
                self._case.push(self._server, student, source=self.source)
            except grpc.RpcError as error:
                if error.code() != grpc.StatusCode.RESOURCE_EXHAUSTED:
                    raise
                self.refused += 1
                continue
            self.seconds.append(time.monotonic() - started)
            self.acknowledged += 1
            return

    def end(self):
        self._ending.set()


class FaultCase(unittest.TestCase):
    """Record ids are unique over all sources of a test."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="vangnet-fault-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.sources = {SOURCE}
        self.sent = set()
        self.acknowledged = set()

    def start(self, config=None, **options):
        return vangnetd.Vangnetd(os.environ["VANGNETD"], os.path.join(self.folder, "data"), os.environ["VANGNET_REGION"],
                                 os.environ["VANGNET_POLICY"], config=config, **options)

    def configuration(self, data_dir=None, settings=""):
        """The path of a server configuration with these settings."""
        config = os.path.join(self.folder, "server.textproto")
        with open(config, "w", encoding="utf-8") as file:
            file.write(f'data_dir: "{data_dir or os.path.join(self.folder, "data")}" listen: "127.0.0.1:0" '
                       f'metrics_listen: "127.0.0.1:0" region: "{os.environ["VANGNET_REGION"]}" '
                       f'policy: "{os.environ["VANGNET_POLICY"]}"\n{settings}\n')
        return config

    def ingest(self, server, records, timeout=60, **fields):
        """Sends records, counted as acknowledged unless refused; the reasons of those that were, by place."""
        self.sent.update(record.record_id for record in records)
        answer = server.ingest.IngestRecords(ingest_service_pb2.IngestRecordsRequest(records=records, **fields),
                                             timeout=timeout)
        refused = {i: r.reason for i, r in enumerate(answer.results)
                   if r.outcome == ingest_service_pb2.RECORD_OUTCOME_REJECTED}
        self.acknowledged.update(r.record_id for i, r in enumerate(records) if i not in refused)
        return refused

    def push(self, server, *students, timeout=20, source=SOURCE):
        """Sends the records of these children; raises grpc.RpcError when they were not acknowledged."""
        self.sources.add(source)
        records = [record for student in students for record in records_of(student, source)]
        self.assertEqual(self.ingest(server, records, timeout), {})

    def report(self, fault, server, injected, restarts, seconds):
        """Compares what the server has with what it acknowledged, and writes the counts down."""
        kept = kept_records(server, self.sources)
        line = {"fault": fault, "injected": injected, "restarts": restarts, "acknowledged": len(self.acknowledged),
                "missing": len(self.acknowledged - kept), "invented": len(kept - self.sent), "differing": 0,
                "raised_twice": raised_twice(vangnetd.all_alerts(server)), "seconds_until_ready": round(seconds, 2)}
        print(json.dumps(line))
        if "VANGNET_FAULT_REPORT" in os.environ:
            with open(os.environ["VANGNET_FAULT_REPORT"], "a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
        self.assertEqual([line[count] for count in ("missing", "invented", "raised_twice")], [0, 0, 0])

    def await_answer(self, server, student, seconds):
        """Sends until it is acknowledged; how long that took."""
        started = time.monotonic()

        def is_taken():
            try:
                self.push(server, student, timeout=2)
                return True
            except grpc.RpcError:
                return False

        vangnetd.await_condition(is_taken, "records are taken again", seconds)
        return time.monotonic() - started

    def await_alerts(self, server, count, seconds=30):
        return vangnetd.await_condition(lambda: (found := vangnetd.all_alerts(server)) and len(found) == count and found,
                                        f"{count} alerts", seconds)

    def mounted(self, *arguments):
        """A new directory of the test with a file system on it; the test is skipped where nothing can be mounted."""
        folder = tempfile.mkdtemp(dir=self.folder, prefix="disk-")
        done = subprocess.run(["mount", *arguments, folder], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            self.skipTest("nothing can be mounted here: " + done.stderr.strip())
        self.addCleanup(subprocess.run, ["umount", "-l", folder], check=False)
        return folder
