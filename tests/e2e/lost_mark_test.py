#!/usr/bin/python3
"""A data directory whose mark was lost is not served before somebody says so.

The mark is the file beside the database that says how far records were acknowledged. Without it nobody would notice
that the database lost its end.
"""

import os
import shutil
import tempfile
import unittest

import vangnetd
from vangnet.v1 import ingest_service_pb2
from vangnet.v1 import record_pb2

ACCEPT = "--accept_store_without_mark"


class LostMarkTest(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="vangnet-mark-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.mark = os.path.join(self.folder, "data", "mark")

    def start(self, *arguments):
        return vangnetd.Vangnetd(os.environ["VANGNETD"], os.path.join(self.folder, "data"), os.environ["VANGNET_REGION"],
                                 os.environ["VANGNET_POLICY"], arguments=arguments)

    def send(self, server, records):
        answer = server.ingest.IngestRecords(ingest_service_pb2.IngestRecordsRequest(records=[
            record_pb2.Record(source="las", record_id=f"profile-{i}", revision=1, student=f"s-{i}",
                              student_profile=record_pb2.StudentProfile(birth_date="2017-03-01"))
            for i in range(records)
        ]), timeout=30)
        return [result.outcome for result in answer.results]

    def assert_refused(self, *words):
        with self.assertRaises(RuntimeError) as refusal:
            self.start()
        for word in words:
            self.assertIn(word, str(refusal.exception))

    def test_is_refused_until_it_is_accepted_once(self):
        with self.start() as server:
            self.assertEqual(self.send(server, 3), [ingest_service_pb2.RECORD_OUTCOME_ACCEPTED] * 3)
        os.remove(self.mark)
        self.assert_refused("is not there", "3 record versions", ACCEPT)
        self.assertFalse(os.path.exists(self.mark))
        with self.start(ACCEPT) as server:
            self.assertEqual(self.send(server, 3), [ingest_service_pb2.RECORD_OUTCOME_DUPLICATE] * 3)
        self.assertIn("versions=3", server.output())
        with self.start() as server:
            self.assertEqual(self.send(server, 4)[3], ingest_service_pb2.RECORD_OUTCOME_ACCEPTED)
        # The new mark protects as the old one did.
        shutil.rmtree(os.path.join(self.folder, "data", "db"))
        self.assert_refused("4 acknowledged records are missing")

    def test_a_damaged_mark_is_refused_too(self):
        with self.start() as server:
            self.send(server, 1)
        with open(self.mark, "r+b") as file:
            file.write(b"\0" * 8192)
        self.assert_refused("is damaged", "1 record versions")
        with self.start(ACCEPT):
            pass
        with self.start(ACCEPT) as server:
            pass
        self.assertIn("is not needed", server.output())


if __name__ == "__main__":
    unittest.main()
