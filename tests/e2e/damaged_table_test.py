#!/usr/bin/python3
"""A block of what is derived from the records goes bad on the disk: nobody is turned away, and it is told.

The first block of each table of packed states, of who was placed where and of who is due, while the server is down.
"""

import datetime
import glob
import os
import shutil
import tempfile
import time
import unittest

import vangnetd
from vangnet.v1 import ingest_service_pb2
from vangnet.v1 import record_pb2

ACCEPTED = ingest_service_pb2.RECORD_OUTCOME_ACCEPTED
DUPLICATE = ingest_service_pb2.RECORD_OUTCOME_DUPLICATE
CHILDREN = 60
TOLD_SECONDS_MAX = 30


def damage(database, family):
    """How many tables of the column family were damaged."""
    count = 0
    for path in glob.glob(os.path.join(database, "*.sst")):
        with open(path, "r+b") as file:
            # Among its properties: the end of the key, which has that of the key before it, and the value.
            if b"name" + family.encode() not in file.read():
                continue
            file.seek(20)
            byte = file.read(1)[0]
            file.seek(20)
            file.write(bytes([byte ^ 4]))
            count += 1
    return count


class DamagedTableTest(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="vangnet-damage-")
        self.addCleanup(shutil.rmtree, self.folder)

    def start(self):
        return vangnetd.Vangnetd(os.environ["VANGNETD"], os.path.join(self.folder, "data"), os.environ["VANGNET_REGION"],
                                 os.environ["VANGNET_POLICY"])

    def send(self, server, revision):
        """The children were at a school until two weeks ago."""
        last_day = (vangnetd.today() - datetime.timedelta(days=14)).isoformat()
        records = []
        for i in range(CHILDREN):
            records.append(record_pb2.Record(
                source="las", record_id=f"profile-{i}", revision=revision, student=f"s-{i}",
                student_profile=record_pb2.StudentProfile(birth_date="2017-03-01")))
            records.append(record_pb2.Record(
                source="las", record_id=f"placement-{i}", revision=revision, student=f"s-{i}",
                placement=record_pb2.Placement(school="12AB00", first_day="2023-08-01", last_day=last_day,
                                               kind=record_pb2.PLACEMENT_KIND_REGULAR)))
        answer = server.ingest.IngestRecords(ingest_service_pb2.IngestRecordsRequest(records=records), timeout=30)
        return {result.outcome for result in answer.results}

    def await_repairs(self, server):
        until = time.monotonic() + TOLD_SECONDS_MAX
        while server.metric("vangnet_database_repairs") == 0 or "made anew" not in server.output():
            self.assertLess(time.monotonic(), until, "nobody was told: " + server.output())

    def test_what_is_derived_is_made_anew(self):
        with self.start() as server:
            self.assertEqual(self.send(server, revision=1), {ACCEPTED})
        for family in ("states", "placed", "due"):
            self.assertGreater(damage(os.path.join(self.folder, "data", "db"), family), 0, family)
        with self.start() as server:
            self.assertEqual(self.send(server, revision=1), {DUPLICATE})
            self.assertEqual(self.send(server, revision=2), {ACCEPTED})
            self.await_repairs(server)
        # What was made anew is written now.
        with self.start() as server:
            self.assertEqual(self.send(server, revision=2), {DUPLICATE})


if __name__ == "__main__":
    unittest.main()
