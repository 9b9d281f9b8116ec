#!/usr/bin/python3
"""What the server finds is what `vangnet evaluate` finds in the same records, however they arrived.

A made-up region (`vangnet simulate`) is evaluated from its file. Then a server is sent the same records: by
`vangnet push` in order, and by this program shuffled, doubled, with versions in between that later ones overtake, in
chunks of any size. `vangnet findings` must print the same lines, in the same order.
"""

import datetime
import json
import os
import random
import shutil
import subprocess
import tempfile
import unittest

from google.protobuf import json_format

import vangnetd
from vangnet.v1 import ingest_service_pb2
from vangnet.v1 import record_pb2

SEED = int(os.environ.get("VANGNET_SEED", "1"))
STUDENTS, SCHOOLS = 200, 4


def vangnet(*arguments, server=None, text=""):
    environment = dict(os.environ, **({"VANGNET_SERVER": server.address} if server else {}))
    result = subprocess.run([os.environ["VANGNET"], *arguments], input=text, capture_output=True, text=True,
                            env=environment, timeout=120, check=False)
    if result.returncode != 0:
        raise AssertionError(f"vangnet {' '.join(arguments)} ended with {result.returncode}:\n{result.stderr}")
    return result.stdout


class FindingsTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="vangnet-findings-")
        today = vangnetd.today()
        first = today - datetime.timedelta(days=300)
        lines = vangnet("simulate", "--students", str(STUDENTS), "--schools", str(SCHOOLS), "--from", first.isoformat(),
                        "--until", (today - datetime.timedelta(days=1)).isoformat(), "--seed", str(SEED), "--region",
                        os.environ["VANGNET_REGION"]).splitlines()
        # Revisions with room between them, for the versions that are overtaken.
        cls.records = []
        for line in lines:
            record = json.loads(line)
            record["revision"] = str(10 * int(record["revision"]) + 5)
            cls.records.append(record)
        cls.file = os.path.join(cls.folder, "records.jsonl")
        with open(cls.file, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(record) + "\n" for record in cls.records)
        cls.days = [(today - datetime.timedelta(days=n)).isoformat() for n in (0, 1, 30, 100, 200)]
        cls.expected = {day: vangnet("evaluate", "--region", os.environ["VANGNET_REGION"], "--policy",
                                     os.environ["VANGNET_POLICY"], "--day", day, cls.file) for day in cls.days}

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def server(self, name):
        return vangnetd.Vangnetd(os.environ["VANGNETD"], os.path.join(self.folder, name), os.environ["VANGNET_REGION"],
                                 os.environ["VANGNET_POLICY"])

    def expect_findings(self, server, how):
        for day in self.days:
            found = vangnet("findings", "--json", "--day", day, server=server)
            if found != self.expected[day]:
                both = set(found.splitlines()) & set(self.expected[day].splitlines())
                differing = [f"  server {line}" for line in found.splitlines() if line not in both][:5]
                differing += [f"  evaluate {line}" for line in self.expected[day].splitlines() if line not in both][:5]
                self.fail(f"{how}, day {day}, replay with VANGNET_SEED={SEED}:\n" +
                          ("\n".join(differing) or "the same lines in another order"))

    def test_the_region_has_findings_of_many_kinds(self):
        rules = {json.loads(line)["rule"] for day in self.days for line in self.expected[day].splitlines()}
        self.assertLessEqual({"no-placement", "long-absence"}, rules)

    def test_pushed_in_order(self):
        with self.server("in-order") as server:
            counts = json.loads(vangnet("push", self.file, server=server).splitlines()[-1])
            self.assertEqual(counts["rejected"], 0)
            self.expect_findings(server, "pushed in order")

    def test_pushed_twice_changes_nothing(self):
        with self.server("twice") as server:
            vangnet("push", self.file, server=server)
            counts = json.loads(vangnet("push", self.file, server=server).splitlines()[-1])
            self.assertEqual(counts["accepted"], 0)
            self.expect_findings(server, "pushed twice")

    def test_a_child_under_a_policy_that_is_tried(self):
        policy = os.path.join(self.folder, "tried.textproto")
        with open(policy, "w", encoding="utf-8") as file:
            file.write('rules { id: "tried" continuous_absence { filter: ABSENCE_FILTER_MISSED } '
                       'stages { name: "two-days" at_least_school_days: 2 } }\n')
        today = self.days[0]
        found = {}
        for line in vangnet("evaluate", "--region", os.environ["VANGNET_REGION"], "--policy", policy, "--day", today,
                            self.file).splitlines():
            finding = json.loads(line)
            found.setdefault(finding["student"], []).append(finding)
        self.assertTrue(found)
        with self.server("tried") as server:
            vangnet("push", self.file, server=server)
            for student, findings in list(found.items())[:5]:
                self.assertEqual(self.last_found(server, student, today, policy), findings)
            # A pipe can be read once only; nothing at all would be taken for the policy in use.
            student, findings = next(iter(found.items()))
            with open(policy, encoding="utf-8") as file:
                self.assertEqual(self.last_found(server, student, today, "/dev/stdin", file.read()), findings)
            with self.assertRaisesRegex(AssertionError, "/dev/null is empty"):
                self.last_found(server, student, today, "/dev/null")

    def last_found(self, server, student, day, policy, text=""):
        """What the timeline of a child has found last up to a day, under a policy of this name."""
        shown = vangnet("timeline", student, "--json", "--policy", policy, "--until", day, server=server, text=text)
        messages = [json.loads(line) for line in shown.splitlines()]
        return [message["findings"] for message in messages if "findings" in message][-1]["findings"]

    def overtaken(self, record, chance):
        """A version that `record` overtakes: withdrawn, or with other days."""
        older = json.loads(json.dumps(record))
        older["revision"] = str(int(record["revision"]) - chance.randint(1, 4))
        absence = older.get("absence")
        if absence and "days" in absence and chance.random() < 0.5:
            absence["days"]["lastDay"] = absence["days"]["firstDay"]
        elif "schoolCalendar" in older or "attendanceComplete" in older:
            return None
        else:
            older["withdrawn"] = True
        return older

    def test_shuffled_doubled_with_overtaken_versions_in_chunks_of_any_size(self):
        for turn in range(3):
            chance = random.Random(SEED * 1000 + turn)
            overtaken = [older for record in chance.sample(self.records, len(self.records) // 4)
                         if (older := self.overtaken(record, chance))]
            # One version a revision: two with different content would conflict.
            versions = list({(v["source"], v.get("student", ""), v["recordId"], v["revision"]): v
                             for v in overtaken + self.records}.values())
            versions += chance.sample(versions, len(versions) // 3)
            chance.shuffle(versions)
            sent = [json_format.ParseDict(version, record_pb2.Record()) for version in versions]
            with self.subTest(turn=turn), self.server(f"shuffled-{turn}") as server:
                outcomes = self.stream(server, sent, chance)
                self.assertNotIn(ingest_service_pb2.RECORD_OUTCOME_REJECTED, outcomes)
                self.assertIn(ingest_service_pb2.RECORD_OUTCOME_DUPLICATE, outcomes)
                self.assertIn(ingest_service_pb2.RECORD_OUTCOME_STALE, outcomes)
                self.expect_findings(server, f"shuffled, turn {turn}")

    def stream(self, server, records, chance):
        """Sends them in chunks of 1 to 3,000; the outcomes that occurred."""

        def chunks():
            at = 0
            while at < len(records):
                size = chance.choice((1, 2, 17, 250, 3000))
                yield ingest_service_pb2.StreamRecordsRequest(records=records[at:at + size])
                at += size

        answers = server.ingest.StreamRecords(chunks(), timeout=120)
        return {result.outcome for answer in answers for result in answer.results}


if __name__ == "__main__":
    unittest.main()
