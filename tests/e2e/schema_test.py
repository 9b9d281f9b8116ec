#!/usr/bin/python3
"""schema_test.py [--make]: every on-disk schema there ever was is read, is in order, and finds what it found then.

`testdata/schema-N/` is a data directory as a server of schema N left it, after a kill, and a backup it made, with the
region and policy it ran under, the versions of `vangnet export`, and what `vangnet findings` said. `--make` makes the
one of today, for a new schema; those that are there are never made again.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest

import vangnetd
from vangnet.v1 import alert_pb2
from vangnet.v1 import alert_service_pb2
from vangnet.v1 import ingest_service_pb2
from vangnet.v1 import record_pb2

TESTDATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "testdata")
DAYS = ["2026-05-04", "2026-06-01", "2026-06-29"]
# Tables that the fixture must have something of, as `vangnet verify` counts them.
COUNTED = ["alerts", "changes of alerts", "configurations that were in use", "digests", "due marks", "entries of links",
           "entries of placed", "entries of sources", "evaluations", "packed states of schools",
           "packed states of students", "refused records", "versions"]


def vangnet(*arguments):
    done = subprocess.run([os.environ["VANGNET"], *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def schemas():
    return sorted(name for name in os.listdir(TESTDATA) if name.startswith("schema-")) if os.path.isdir(TESTDATA) else []


def start(schema, data, *arguments):
    return vangnetd.Vangnetd(os.environ["VANGNETD"], data, os.path.join(TESTDATA, schema, "region.textproto"),
                             os.path.join(TESTDATA, schema, "policy.textproto"), arguments=arguments)


def findings_of(server):
    return "".join(vangnet("findings", "--server", server.address, "--day", day, "--json") for day in DAYS)


def read(schema, name):
    with open(os.path.join(TESTDATA, schema, name), encoding="utf-8") as file:
        return file.read()


def content(data):
    """Each file but RocksDB's own log and lock, which say nothing."""
    files = {}
    for folder, _, names in os.walk(data):
        for name in names:
            if not name.startswith("LO"):
                with open(os.path.join(folder, name), "rb") as file:
                    files[os.path.join(folder, name)] = file.read()
    return files


def versions_in(export):
    """The record versions of an export, a line each; what else it has, the counts of `vangnet verify` stand for."""
    begin = '{"version":'
    return "".join(f"{line[len(begin):-1]}\n" for line in export.splitlines() if line.startswith(begin))


class SchemaTest(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="vangnet-schema-")
        self.addCleanup(shutil.rmtree, self.folder)

    def unpack(self, schema):
        data = os.path.join(self.folder, schema)
        with tarfile.open(os.path.join(TESTDATA, schema, "data.tar.xz")) as archive:
            archive.extractall(data)
        return data

    def assert_in_order(self, schema, data):
        verified = vangnet("verify", "--data_dir", data)
        for what in COUNTED:
            self.assertIn(f"\n{what}: ", "\n" + verified, schema)
        self.assertIn("disagreements: 0", verified)
        self.assertIn("students evaluated again", verified)
        self.assertEqual(versions_in(vangnet("export", "--data_dir", data)), read(schema, "versions.jsonl"))

    def test_the_first_and_that_of_today_are_there(self):
        self.assertEqual(schemas()[:2], ["schema-1", "schema-2"])

    def test_each_is_read_and_left_as_it_is(self):
        for schema in schemas():
            data = self.unpack(schema)
            before = content(data)
            self.assert_in_order(schema, data)
            self.assertEqual(content(data), before)

    def test_each_is_served_and_finds_the_same(self):
        for schema in schemas():
            data = self.unpack(schema)
            with start(schema, data) as server:
                self.assertEqual(findings_of(server), read(schema, "findings.jsonl"))
            with start(schema, data) as server:  # and again, on what the first start made of it
                self.assertEqual(findings_of(server), read(schema, "findings.jsonl"))
            self.assert_in_order(schema, data)

    def test_a_backup_of_each_is_restored_and_served(self):
        for schema in schemas():
            backups, data = os.path.join(self.folder, schema + "-backups"), os.path.join(self.folder, schema + "-data")
            with tarfile.open(os.path.join(TESTDATA, schema, "backups.tar.xz")) as archive:
                archive.extractall(backups)
            self.assertIn("disagreements: 0", vangnet("verify", "--backups", backups))
            vangnet("restore", backups, "--data_dir", data)
            with start(schema, data) as server:
                self.assertEqual(findings_of(server), read(schema, "findings.jsonl"))
            self.assert_in_order(schema, data)


def pack(folder, name, directory, entries):
    def tidy(entry):
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        return None if os.path.basename(entry.name).startswith("LOG") else entry

    with tarfile.open(os.path.join(folder, f"{name}.tar.xz"), "w:xz") as archive:
        for entry in entries:
            archive.add(os.path.join(directory, entry), entry, filter=tidy)


def make(schema):
    """A region of a few children, with something in every table."""
    folder = os.path.join(TESTDATA, schema)
    os.makedirs(folder)
    shutil.copy(os.environ["VANGNET_REGION"], os.path.join(folder, "region.textproto"))
    shutil.copy(os.environ["VANGNET_POLICY"], os.path.join(folder, "policy.textproto"))
    lines = vangnet("simulate", "--students", "12", "--schools", "2", "--from", "2026-03-02", "--until", "2026-06-26",
                    "--seed", "9", "--region", os.environ["VANGNET_REGION"]).splitlines(keepends=True)
    with tempfile.TemporaryDirectory() as scratch:
        data, file = os.path.join(scratch, "data"), os.path.join(scratch, "records.jsonl")
        backups = os.path.join(scratch, "backups")
        with start(schema, data, "--backup_dir", backups) as server:
            for part, flags in ((lines[::2], ["--backfill"]), (lines[1::2], [])):
                with open(file, "w", encoding="utf-8") as out:
                    out.writelines(part)
                vangnet("push", "--server", server.address, *flags, file)
                # Before the rest makes its children urgent.
                vangnetd.await_condition(lambda: vangnet("digests", "--server", server.address, "--json"), "a digest", 60)
            server.ingest.IngestRecords(ingest_service_pb2.IngestRecordsRequest(records=[
                record_pb2.Record(source="las", record_id="same", revision=1, student="s-one",
                                  same_student=record_pb2.SameStudent(other="s-two")),
                record_pb2.Record(source="las", record_id="profile", revision=1, student="s-one",
                                  student_profile=record_pb2.StudentProfile(birth_date="2015-03-01")),
                record_pb2.Record(source="las", record_id="broken", revision=1, student="s-one"),
            ]), timeout=30)
            alerts = vangnetd.await_condition(
                lambda: [a for a in vangnetd.all_alerts(server) if a.state == alert_pb2.ALERT_STATE_OPEN], "open alerts")
            server.alerts.AcknowledgeAlert(alert_service_pb2.AcknowledgeAlertRequest(
                alert_id=alerts[0].alert_id, etag=alerts[0].etag, actor="somebody", request_id="request-1"), timeout=30)
            with open(os.path.join(folder, "findings.jsonl"), "w", encoding="utf-8") as out:
                out.write(findings_of(server))
            vangnet("backup", "--server", server.address)
            server.kill()
        shutil.rmtree(os.path.join(data, "access-log"))
        with open(os.path.join(folder, "versions.jsonl"), "w", encoding="utf-8") as out:
            out.write(versions_in(vangnet("export", "--data_dir", data)))
        print(vangnet("verify", "--data_dir", data))
        pack(folder, "data", data, ("db", "mark"))
        pack(folder, "backups", backups, sorted(os.listdir(backups)))


if __name__ == "__main__":
    if sys.argv[1:] == ["--make"]:
        make(f"schema-{len(schemas()) + 1}")
    else:
        unittest.main()
