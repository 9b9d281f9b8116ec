#!/usr/bin/python3
"""backup_test.py [--kills N]: backups of a vangnetd that is written to, restored into empty directories and served again.

Counted: records acknowledged before a backup was asked for and missing from what is restored (0), records in it that
nobody sent (0), findings that differ (0). The server is killed while it makes backups: the one before stays good.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

import vangnetd
from vangnet.v1 import alert_service_pb2
from vangnet.v1 import ingest_service_pb2
from vangnet.v1 import record_pb2

CHUNK = 200
KILLS = 3
LARGE_RECORDS = 1200  # of 60 kB
ROUNDS_MAX = 5


def child(number):
    """Records of child `number`: resident, of age, and until some day at a school."""
    profile = record_pb2.Record(source="las", record_id=f"profile-{number}", revision=1, student=f"s-{number}",
                                student_profile=record_pb2.StudentProfile(birth_date="2015-03-01"))
    placement = record_pb2.Record(source="las", record_id=f"placement-{number}", revision=1, student=f"s-{number}",
                                  placement=record_pb2.Placement(school="10AA00", kind=record_pb2.PLACEMENT_KIND_REGULAR,
                                                               first_day="2025-08-25"))
    if number % 10 == 0:
        placement.placement.last_day = "2026-03-02"
    return [profile, placement]


def large_record(number):
    """A record that is kept with sixty kilobytes of a field that the server does not know, and that do not compress."""
    padding = random.Random(number).randbytes(60_000)
    record = record_pb2.Record(source="large", record_id=f"large-{number}", revision=1, student=f"large-{number}",
                               student_profile=record_pb2.StudentProfile(birth_date="2022-03-01"))
    return record_pb2.Record.FromString(record.SerializeToString() + b"\xc2\x3e\xe0\xd4\x03" + padding)


class Sender:
    """Sends one child after the other until it is stopped, or the server is gone."""

    def __init__(self, server, first):
        self.acknowledged = first  # children
        self.sent = first
        self._server = server
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        while not self._ending.is_set():
            self.sent = self.acknowledged + CHUNK // 2
            records = [r for i in range(self.acknowledged, self.sent) for r in child(i)]
            try:
                answer = self._server.ingest.IngestRecords(
                    ingest_service_pb2.IngestRecordsRequest(records=records), timeout=30)
            except vangnetd.grpc.RpcError:
                return
            if any(r.outcome == ingest_service_pb2.RECORD_OUTCOME_REJECTED for r in answer.results):
                return
            self.acknowledged = self.sent

    def stop(self):
        self._ending.set()
        self._thread.join()


class BackupTest(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="vangnet-backup-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.backups = self.path("backups")

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def start(self, data="data", *arguments):
        return vangnetd.Vangnetd(os.environ["VANGNETD"], self.path(data), os.environ["VANGNET_REGION"],
                                 os.environ["VANGNET_POLICY"], arguments=("--backup_dir", self.backups, *arguments))

    def vangnet(self, *arguments, server=None):
        address = ["--server", server.address] if server else []
        return subprocess.run([os.environ["VANGNET"], *arguments, *address], capture_output=True, text=True, check=False)

    def back_up(self, server, *arguments):
        made = self.vangnet("backup", *arguments, server=server)
        self.assertEqual(made.returncode, 0, made.stderr)

    def restore(self, data, *arguments):
        shutil.rmtree(self.path(data), ignore_errors=True)
        return self.vangnet("restore", self.backups, "--data_dir", self.path(data), *arguments)

    def children_of(self, server, most):
        """How many children it has all records of, and how many of those who come next it has anything of."""
        whole = some = 0
        for first in range(0, most, 1000):
            numbers = range(first, min(first + 1000, most))
            records = [r for i in numbers for r in child(i)]
            answer = server.ingest.IngestRecords(ingest_service_pb2.IngestRecordsRequest(records=records), timeout=60)
            known = [r.outcome == ingest_service_pb2.RECORD_OUTCOME_DUPLICATE for r in answer.results]
            whole += sum(all(known[i:i + 2]) for i in range(0, len(known), 2))
            some += sum(any(known[i:i + 2]) for i in range(0, len(known), 2))
        return whole, some

    def test_made_while_records_come_and_restored(self):
        acknowledged = []
        with self.start() as server:
            sender = Sender(server, 0)
            try:
                for i in range(4):
                    wanted = (i + 1) * CHUNK
                    vangnetd.await_condition(lambda n=wanted: sender.acknowledged >= n, "records are taken")
                    before = sender.acknowledged
                    self.back_up(server, "--keep", "3")
                    acknowledged.append(before)
                    # Nothing stands still meanwhile.
                    vangnetd.await_condition(lambda n=before: sender.acknowledged > n, "records go on")
            finally:
                sender.stop()
            sent = sender.sent
        self.assertEqual(self.restore("gone", "--backup", "1").returncode, 1)  # three are kept
        for backup in (2, 4):
            restored = self.restore("restored", "--backup", str(backup))
            self.assertEqual(restored.returncode, 0, restored.stderr)
            with self.start("restored") as server:
                whole, some = self.children_of(server, sent)
            self.assertGreaterEqual(whole, acknowledged[backup - 1])
            self.assertEqual(whole, some)
            self.assertLessEqual(some, sent)

    def test_restored_finds_the_same(self):
        with self.start() as server:
            sender = Sender(server, 0)
            vangnetd.await_condition(lambda: sender.acknowledged >= 300, "records are taken")
            sender.stop()
            self.back_up(server)
            day = vangnetd.today().isoformat()
            before = [str(f) for f in vangnetd.all_findings(server, day=day)]
        self.assertEqual(len(before), (sender.acknowledged + 9) // 10)  # one of ten has left
        self.assertEqual(self.restore("restored").returncode, 0)
        with self.start("restored") as server:
            self.assertEqual([str(f) for f in vangnetd.all_findings(server, day=day)], before)

    def test_who_watched_what_was_put_back_begins_anew(self):
        # A place in the order of changes, and an id of an alert, given out after the backup was made, are never another
        # child's.
        def send(server, numbers):
            records = [r for i in numbers for r in child(i)]
            server.ingest.IngestRecords(ingest_service_pb2.IngestRecordsRequest(records=records), timeout=30)

        def listed(server, count):
            vangnetd.await_condition(lambda: len(vangnetd.all_alerts(server)) == count, f"{count} alerts")
            answer = server.alerts.ListAlerts(alert_service_pb2.ListAlertsRequest(), timeout=30)
            return {alert.finding.student: alert.alert_id for alert in answer.alerts}, answer.resume_token

        def watched(server, token):
            watch = server.alerts.WatchAlerts(alert_service_pb2.WatchAlertsRequest(resume_token=token), timeout=30)
            try:
                return next(watch).kind
            except vangnetd.grpc.RpcError as error:
                return error.code()
            finally:
                watch.cancel()

        with self.start() as server:
            send(server, [10, 20])
            _, early = listed(server, 2)
            self.back_up(server)
            send(server, [30, 40])
            gone, late = listed(server, 4)
            self.assertEqual(watched(server, late), alert_service_pb2.WATCH_EVENT_KIND_POSITION)
        self.assertEqual(self.restore("restored").returncode, 0)
        with self.start("restored") as server:
            send(server, [50, 60, 70])
            there, token = listed(server, 5)
            self.assertEqual(set(there) & set(gone), {"s-10", "s-20"})
            self.assertEqual(set(there.values()) & set(gone.values()), {gone["s-10"], gone["s-20"]})
            for old in early, late:
                self.assertEqual(watched(server, old), vangnetd.grpc.StatusCode.OUT_OF_RANGE)
            self.assertEqual(watched(server, token), alert_service_pb2.WATCH_EVENT_KIND_POSITION)

    def test_paths_as_seen_from_the_working_directory(self):
        with self.start() as server:
            server.ingest.IngestRecords(ingest_service_pb2.IngestRecordsRequest(records=child(1)), timeout=30)
            made = json.loads(self.vangnet("backup", "--json", server=server).stdout)
        for arguments in (["verify", "--backups", "backups"], ["export", "--backups", "../backups/."],
                          ["restore", "backups", "--data_dir", "restored"],
                          ["restore", "backups", "--data_dir", "told", "--json"], ["verify", "--data_dir", "restored"]):
            folder = self.backups if "../backups/." in arguments else self.folder
            ran = subprocess.run([os.environ["VANGNET"], *arguments], cwd=folder, capture_output=True, text=True,
                                 check=False)
            self.assertEqual(ran.returncode, 0, f"{arguments}: {ran.stderr}")
            if "told" in arguments:
                self.assertEqual(json.loads(ran.stdout), {"dataDir": "told"} | {
                    key: made[key] for key in ("id", "takenAt", "sequence")})

    def test_killed_while_a_backup_is_made(self):
        choose = random.Random(4)
        acknowledged = []  # children, by backup
        taken = 0  # children; who was sent but not acknowledged is sent again
        cut_off = 0
        for _ in range(KILLS):
            with self.start() as server:
                sender = Sender(server, taken)
                vangnetd.await_condition(lambda n=taken + 500: sender.acknowledged >= n, "records are taken")
                if not acknowledged:
                    acknowledged.append(sender.acknowledged)
                    self.back_up(server)
                before = sender.acknowledged
                running = subprocess.Popen([os.environ["VANGNET"], "backup", "--server", server.address],
                                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                moment = before + choose.randrange(4) * (CHUNK // 2)
                vangnetd.await_condition(lambda n=moment: sender.acknowledged >= n, "records go on")
                server.kill()
                sender.stop()
                taken = sender.acknowledged
                if running.wait() == 0:
                    acknowledged.append(before)
                else:
                    cut_off += 1
            restored = self.restore("restored")
            self.assertEqual(restored.returncode, 0, restored.stderr)
            with self.start("restored") as server:
                whole, _ = self.children_of(server, sender.sent)
            self.assertGreaterEqual(whole, acknowledged[-1])
        print(f"killed {KILLS} times, {cut_off} of them with a backup cut off; acknowledged before the last backup that "
              f"stands: {acknowledged[-1]} children, all there")
        self.assertGreater(cut_off, 0)
        with self.start() as server:  # what was cut off is in nobody's way
            self.back_up(server)

    def test_what_is_refused(self):
        with self.start() as server:
            sender = Sender(server, 0)
            vangnetd.await_condition(lambda: sender.acknowledged >= CHUNK, "records are taken")
            sender.stop()
            self.back_up(server, self.path("backups", "daily"))
            outside = self.vangnet("backup", self.path("elsewhere"), server=server)
            self.assertEqual(outside.returncode, 2, outside.stderr)
            self.assertIn("backup_dir", outside.stderr)
            os.symlink(self.folder, self.path("backups", "link"))
            behind = self.vangnet("backup", self.path("backups", "link", "elsewhere"), server=server)
            self.assertEqual(behind.returncode, 2, behind.stderr)
            self.assertFalse(os.path.exists(self.path("elsewhere")))
            self.back_up(server)
        self.assertEqual(self.restore("restored").returncode, 0)
        again = self.vangnet("restore", self.backups, "--data_dir", self.path("restored"))
        self.assertEqual(again.returncode, 1)
        self.assertIn("not empty", again.stderr)
        nothing = self.vangnet("restore", self.path("restored"), "--data_dir", self.path("other"))
        self.assertEqual(nothing.returncode, 1)
        self.assertIn("no directory of backups", nothing.stderr)
        # A restore that was cut off before its last step is not served as if it were whole.
        os.rename(self.path("restored", "db"), self.path("restored", "db.unfinished"))
        with self.assertRaises(RuntimeError) as refusal:
            self.start("restored")
        self.assertIn("was cut off", str(refusal.exception))
        cut_off = self.vangnet("restore", self.backups, "--data_dir", self.path("restored"))
        self.assertIn("cut off", cut_off.stderr)

    def test_asked_to_end_while_a_backup_is_read_again(self):
        """It waits until the backup is written, and only then asks: all that is left to do is reading it."""
        with self.start() as server:
            for first in range(0, LARGE_RECORDS, 50):
                server.ingest.IngestRecords(ingest_service_pb2.IngestRecordsRequest(
                    records=[large_record(number) for number in range(first, first + 50)]), timeout=60)
            self.back_up(server)
        cut_off = 0
        for turn in range(ROUNDS_MAX):
            server = self.start()
            server.ingest.IngestRecords(ingest_service_pb2.IngestRecordsRequest(records=child(turn)), timeout=30)
            backups = set(os.listdir(self.path("backups", "meta")))
            running = subprocess.Popen([os.environ["VANGNET"], "backup", "--server", server.address],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            vangnetd.await_condition(
                lambda b=backups: any(n.isdecimal() and n not in b for n in os.listdir(self.path("backups", "meta"))),
                "the backup is written", 60)
            server.process.terminate()
            self.assertEqual(server.process.wait(timeout=20), 0, server.output())
            server.kill()  # it is gone; its pipes are closed
            said = running.communicate()[1]
            if running.returncode != 0:
                self.assertIn("stopped", said)
                self.assertEqual(set(os.listdir(self.path("backups", "meta"))), backups)  # and those before it stand
                cut_off += 1
                break
        self.assertEqual(cut_off, 1, f"in {ROUNDS_MAX} rounds it was read to its end each time")
        self.assertEqual(self.restore("restored").returncode, 0)
        with self.start() as server:
            self.back_up(server)
        self.assertEqual(self.restore("restored").returncode, 0)
        with self.start("restored") as server:
            self.assertEqual(self.children_of(server, turn + 1), (turn + 1, turn + 1))
            kept = server.ingest.ListRecords(ingest_service_pb2.ListRecordsRequest(source="large"), timeout=60)
            self.assertEqual(sum(1 for _ in kept), LARGE_RECORDS)

    def test_without_a_directory_for_backups(self):
        self.backups = ""
        with self.start() as server:
            refused = self.vangnet("backup", server=server)
            self.assertEqual(refused.returncode, 1)
            self.assertIn("backup_dir", refused.stderr)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--kills"]:
        KILLS = int(sys.argv[2])
        del sys.argv[1:3]
    unittest.main()
