#!/usr/bin/python3
"""A made-up school year and what people did in it are exported and imported: nothing is lost, and nothing raised twice.

The export of the import is the export, byte for byte; alerts, timelines, sources and findings of now and as known at
moments in between are the same; `vangnet verify` finds both in order, and a store with one changed byte not.
"""

import datetime
import json
import os
import shutil
import subprocess
import tempfile
import unittest

import fault_case
import vangnetd
from vangnet.v1 import alert_service_pb2
from vangnet.v1 import ingest_service_pb2
from vangnet.v1 import policy_service_pb2
from vangnet.v1 import record_pb2

STUDENTS = 120
SCHOOLS = 4
PARTS = 3


def vangnet(*arguments, stdin=None):
    return subprocess.run([os.environ["VANGNET"], *arguments], capture_output=True, text=True, check=False, stdin=stdin)


class ExportTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="vangnet-export-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.today = vangnetd.today()
        simulated = vangnet("simulate", "--students", str(STUDENTS), "--schools", str(SCHOOLS), "--from",
                            (cls.today - datetime.timedelta(days=200)).isoformat(), "--until",
                            (cls.today - datetime.timedelta(days=1)).isoformat(), "--seed", "5", "--region",
                            os.environ["VANGNET_REGION"])
        lines = simulated.stdout.splitlines()
        assert len(lines) > 1000, simulated.stderr
        cls.moments = []
        shutil.copy(os.environ["VANGNET_POLICY"], cls.path("policy.textproto"))
        with cls.start("data") as server:
            for part in range(PARTS):
                file = cls.path("part.jsonl")
                with open(file, "w", encoding="utf-8") as out:
                    out.writelines(line + "\n" for line in lines[part::PARTS])
                pushed = vangnet("push", "--server", server.address, *(["--backfill"] if part == 0 else []), file)
                assert pushed.returncode == 0, pushed.stderr
                cls.moments.append(datetime.datetime.now(datetime.timezone.utc).isoformat())
            # A field of tomorrow is kept, and comes back.
            newer = record_pb2.Record(source="las", record_id="p-newer", revision=1, student="s-newer",
                                      student_profile=record_pb2.StudentProfile(birth_date="2015-03-01"))
            wire = newer.SerializeToString() + b"\xc2\x3e\x03abc"  # field 1000
            answer = server.ingest.IngestRecords(
                ingest_service_pb2.IngestRecordsRequest(records=[record_pb2.Record.FromString(wire)]), timeout=30)
            assert answer.results[0].outcome == ingest_service_pb2.RECORD_OUTCOME_ACCEPTED, answer
            cls.findings = cls.findings_of(server)
            cls.work(server)
            cls.answers = cls.answers_of(server)
        cls.exported = vangnet("export", "--data_dir", cls.path("data"))
        cls.imported = cls.import_text("imported", cls.exported.stdout)
        assert cls.imported.returncode == 0, cls.imported.stderr

    @classmethod
    def work(cls, server):
        """What is no record: refused records, a cursor, another policy, and what a team does with an alert."""
        # A child of whom nothing but this backfill is known: it becomes a digest when the backfill is over.
        server.ingest.IngestRecords(ingest_service_pb2.IngestRecordsRequest(
            records=fault_case.records_of("s-history"), backfill=True), timeout=30)
        vangnetd.await_condition(lambda: cls.digests_of(server), "the backfill is over")
        alert = next(a for a in vangnetd.all_alerts(server) if a.finding.student == "s-history")
        cls.worked = server.alerts.AcknowledgeAlert(alert_service_pb2.AcknowledgeAlertRequest(
            alert_id=alert.alert_id, etag=alert.etag, actor="anna", note="spoke with the parents", request_id="one"),
                                                    timeout=30).alert
        refused = record_pb2.Record(source="las", record_id="no-fact", revision=1, student="s-1")
        server.ingest.IngestRecords(ingest_service_pb2.IngestRecordsRequest(
            records=[refused], channel="nightly", cursor="page 7"), timeout=30)
        cls.moments.append(datetime.datetime.now(datetime.timezone.utc).isoformat())
        with open(cls.path("policy.textproto"), "a", encoding="utf-8") as policy:
            policy.write("\n# The same rules under another version.\n")
        reloaded = vangnet("policy", "reload", "--server", server.address)
        assert reloaded.returncode == 0, reloaded.stderr
        vangnetd.await_condition(lambda: len(cls.policies_of(server)) == 2, "the other policy is in use")

    @classmethod
    def answers_of(cls, server):
        """Everything that a server says of what is in its store, by question."""
        alerts = vangnetd.all_alerts(server)
        students = sorted({alert.finding.student for alert in alerts if alert.finding.student})[:8]
        answers = {"alerts": alerts, "digests": cls.digests_of(server), "policies": cls.policies_of(server),
                   "findings": cls.findings_of(server)}
        for source in ("las", *(f"las-{number}" for number in range(1, SCHOOLS + 1))):
            answers["channels of " + source] = list(server.ingest.GetSourceStatus(
                ingest_service_pb2.GetSourceStatusRequest(source=source), timeout=30).channels)
            answers["rejections of " + source] = list(server.ingest.ListRejections(
                ingest_service_pb2.ListRejectionsRequest(source=source), timeout=30).rejections)
        for student in students:
            for flags in [[]] + [["--as-known-on", moment] for moment in cls.moments]:
                shown = vangnet("timeline", student, "--server", server.address, "--json", *flags)
                # Of some nothing was known at that moment.
                answers[f"timeline of {student} {flags}"] = (shown.returncode, shown.stdout, shown.stderr)
        return answers

    @classmethod
    def digests_of(cls, server):
        return list(server.alerts.ListBackfillDigests(alert_service_pb2.ListBackfillDigestsRequest(),
                                                      timeout=30).digests)

    @classmethod
    def policies_of(cls, server):
        return list(server.policies.ListPolicies(policy_service_pb2.ListPoliciesRequest(),
                                                       timeout=30).versions)

    @classmethod
    def path(cls, *names):
        return os.path.join(cls.folder, *names)

    @classmethod
    def start(cls, data):
        return vangnetd.Vangnetd(os.environ["VANGNETD"], cls.path(data), os.environ["VANGNET_REGION"],
                                 cls.path("policy.textproto"))

    @classmethod
    def import_text(cls, data, text):
        with open(cls.path("export.jsonl"), "w", encoding="utf-8") as file:
            file.write(text)
        return vangnet("import", "--json", "--data_dir", cls.path(data), cls.path("export.jsonl"))

    @classmethod
    def findings_of(cls, server):
        """Findings of today, as known now and at each moment."""
        answers = []
        for flags in [[]] + [["--as-known-on", moment] for moment in cls.moments]:
            listed = vangnet("findings", "--server", server.address, "--day", cls.today.isoformat(), "--json", *flags)
            assert listed.returncode == 0, listed.stderr
            answers.append(listed.stdout)
        return answers

    def test_the_export_of_the_import_is_the_export(self):
        self.assertEqual(self.exported.returncode, 0, self.exported.stderr)
        lines = [json.loads(line) for line in self.exported.stdout.splitlines()]
        self.assertTrue(all(len(line) == 1 for line in lines))
        kinds = [next(iter(line)) for line in lines]
        self.assertEqual((kinds[0], kinds[-1]), ("header", "end"))
        self.assertEqual(set(kinds), {"header", "activation", "version", "channel", "rejectionCounts", "rejection", "alert",
                                      "change", "evaluation", "answer", "digest", "progress", "end"})
        versions = [line["version"] for line in lines if "version" in line]
        self.assertGreater(len(versions), 1000)
        self.assertEqual([v["record"]["recordId"] for v in versions if "canonical" in v], ["p-newer"])
        self.assertTrue(any(version.get("backfill") for version in versions))
        self.assertFalse(all(version.get("backfill") for version in versions))
        self.assertEqual(json.loads(self.imported.stdout),
                         {"dataDir": self.path("imported"), "recordVersions": len(versions)})
        again = vangnet("export", "--data_dir", self.path("imported"))
        self.assertEqual(again.stdout, self.exported.stdout)

    def test_every_answer_is_the_same_and_nothing_is_raised_twice(self):
        self.assertGreaterEqual(len(set(self.findings)), PARTS)  # they grew with what was known
        self.assertIn(self.worked, self.answers["alerts"])
        shutil.copytree(self.path("imported"), self.path("served"))
        with self.start("served") as server:
            answers = self.answers_of(server)
            for question, answer in self.answers.items():
                self.assertEqual(answers[question], answer, question)
            # The same command again, and the answer that it had.
            again = server.alerts.AcknowledgeAlert(alert_service_pb2.AcknowledgeAlertRequest(
                alert_id=self.worked.alert_id, etag="of long ago", actor="anna", note="spoke with the parents",
                request_id="one"), timeout=30)
            self.assertEqual(again.alert, self.worked)
            # The sources send again what they have: nothing is new.
            with open(self.path("part.jsonl"), encoding="utf-8") as file:
                pushed = vangnet("push", "--server", server.address, "--json", "-", stdin=file)
            counts = json.loads(pushed.stdout.splitlines()[-1])
            self.assertEqual(counts["accepted"], 0)
            self.assertGreater(counts["duplicate"], 100)
            # The alert of another child shows that the engine has evaluated whoever it had to.
            records = fault_case.records_of("s-later")
            server.ingest.IngestRecords(ingest_service_pb2.IngestRecordsRequest(records=records), timeout=30)
            alerts = vangnetd.await_condition(
                lambda: (all_of := vangnetd.all_alerts(server)) and
                [a for a in all_of if a.finding.student == "s-later"] and all_of, "the engine goes on")
            self.assertEqual([a for a in alerts if a.finding.student != "s-later"], self.answers["alerts"])
            self.assertEqual(fault_case.raised_twice(alerts), 0)

    def test_verify_finds_both_in_order(self):
        for data in ("data", "imported"):
            verified = vangnet("verify", "--data_dir", self.path(data))
            self.assertEqual(verified.returncode, 0, verified.stdout)
            self.assertIn("disagreements: 0", verified.stdout)
            self.assertIn("students evaluated again:", verified.stdout)
            self.assertEqual(self.report_of(verified.stdout), self.verify_as_json(data))

    def verify_as_json(self, data):
        """What --json says, which is one object on one line."""
        verified = vangnet("verify", "--json", "--data_dir", self.path(data))
        self.assertEqual(verified.stdout.count("\n"), 1, verified.stderr)
        return json.loads(verified.stdout)

    @staticmethod
    def report_of(text):
        """The same from the lines for people."""
        report = {"counts": {}, "notChecked": [], "wrong": [], "disagreements": 0}
        for line in text.splitlines():
            what, _, rest = line.partition(": ")
            if line.startswith("WRONG "):
                report["wrong"].append(line.removeprefix("WRONG "))
            elif what == "not checked":
                report["notChecked"].append(rest)
            elif what == "disagreements":
                report["disagreements"] = int(rest)
            else:
                report["counts"][what] = int(rest)
        return report

    def test_verify_wants_the_server_away(self):
        shutil.copytree(self.path("imported"), self.path("busy"))
        with self.start("busy"):
            verified = vangnet("verify", "--data_dir", self.path("busy"))
        self.assertEqual(verified.returncode, 1)
        self.assertIn("another process", verified.stderr)
        self.assertEqual(vangnet("verify", "--data_dir", self.path("nowhere")).returncode, 1)
        self.assertEqual(vangnet("verify").returncode, 2)

    def test_verify_finds_a_changed_byte(self):
        names = [n for n in os.listdir(self.path("data", "db")) if n.endswith((".sst", ".log"))]
        changed = 0
        for name in names:
            size = os.path.getsize(self.path("data", "db", name))
            if size < 200:
                continue
            shutil.rmtree(self.path("damaged"), ignore_errors=True)
            shutil.copytree(self.path("data"), self.path("damaged"))
            with open(self.path("damaged", "db", name), "r+b") as file:
                file.seek(size // 3)
                byte = file.read(1)
                file.seek(size // 3)
                file.write(bytes([byte[0] ^ 0x10]))
            verified = vangnet("verify", "--data_dir", self.path("damaged"))
            self.assertEqual(verified.returncode, 1, f"{name}: {verified.stdout}")
            changed += 1
        self.assertGreater(changed, 0)

    def test_verify_finds_a_mark_that_is_gone(self):
        shutil.copytree(self.path("data"), self.path("unmarked"))
        os.remove(self.path("unmarked", "mark"))
        verified = vangnet("verify", "--data_dir", self.path("unmarked"))
        self.assertEqual(verified.returncode, 1)
        self.assertIn("no mark", verified.stdout)
        report = self.verify_as_json("unmarked")
        self.assertEqual(report, self.report_of(verified.stdout))
        self.assertGreater(report["disagreements"], 0)

    def test_what_may_have_lost_records_is_exported_only_when_somebody_says_so(self):
        shutil.copytree(self.path("imported"), self.path("markless"))
        os.remove(self.path("markless", "mark"))
        refused = vangnet("export", "--data_dir", self.path("markless"))
        self.assertEqual((refused.returncode, refused.stdout), (1, ""))
        self.assertIn("is not there, but the database holds", refused.stderr)
        self.assertIn("--salvage", refused.stderr)
        salvaged = vangnet("export", "--data_dir", self.path("markless"), "--salvage")
        self.assertEqual((salvaged.returncode, salvaged.stdout), (0, self.exported.stdout))
        self.assertIn("is not there, but the database holds", salvaged.stderr)
        self.assertFalse(os.path.exists(self.path("markless", "mark")))
        whole = vangnet("export", "--data_dir", self.path("imported"), "--salvage")
        self.assertNotIn("mark", whole.stderr)

    def test_what_a_bad_block_left_is_salvaged_and_what_is_missing_comes_again(self):
        self.assertEqual(self.salvage_around_a_bad_block(), 1)
        versions, kept = len(self.versions_in(self.exported)), len(self.versions_in(self.salvaged))
        self.assertIn(f"{kept} record versions\n", self.salvaged.stderr)
        self.assertIn(f"{versions - kept} more do not read, and are missing", self.salvaged.stderr)
        self.assertEqual(self.import_text("salvaged", self.salvaged.stdout).returncode, 0)
        self.assertEqual(self.verify_as_json("salvaged")["disagreements"], 0)
        with self.start("salvaged") as server:
            status = server.ingest.GetSourceStatus(ingest_service_pb2.GetSourceStatusRequest(source="las-1"), timeout=30)
            self.assertEqual({channel.cursor for channel in status.channels}, {""})
            again = self.path("again.jsonl")
            with open(again, "w", encoding="utf-8") as out:
                # One record has a field of tomorrow, which JSON does not carry; it is another record without.
                out.writelines(json.dumps(version["record"]) + "\n" for version in self.versions_in(self.exported)
                               if "canonical" not in version)
            pushed = vangnet("push", "--server", server.address, again)
            self.assertEqual(pushed.returncode, 0, pushed.stderr)
        self.assertGreaterEqual(self.verify_as_json("salvaged")["counts"]["versions"], versions - 1)

    @staticmethod
    def versions_in(export):
        lines = (json.loads(line) for line in export.stdout.splitlines())
        return [line["version"] for line in lines if "version" in line]

    def salvage_around_a_bad_block(self):
        """Flips a bit in the middle of one table after the other, until versions are gone. The exit code of that."""
        for name in sorted(n for n in os.listdir(self.path("data", "db")) if n.endswith(".sst")):
            shutil.rmtree(self.path("rotten"), ignore_errors=True)
            shutil.copytree(self.path("data"), self.path("rotten"))
            with open(self.path("rotten", "db", name), "r+b") as file:
                middle = os.path.getsize(file.name) // 2
                file.seek(middle)
                byte = file.read(1)
                file.seek(middle)
                file.write(bytes([byte[0] ^ 0x10]))
            self.salvaged = vangnet("export", "--data_dir", self.path("rotten"), "--salvage")
            if "are missing" in self.salvaged.stderr:
                self.assertEqual(vangnet("export", "--data_dir", self.path("rotten")).returncode, 1)
                return self.salvaged.returncode
        return None

    def test_an_import_is_all_or_nothing(self):
        lines = self.exported.stdout.splitlines(keepends=True)
        first = next(i for i, line in enumerate(lines) if line.startswith('{"version"'))
        last = max(i for i, line in enumerate(lines) if line.startswith('{"version"'))
        some = lines[:first + 40]
        end = f'{{"end":{{"lines":"{len(some)}"}}}}\n'
        older = json.dumps(json.loads(lines[first])["version"]) + "\n"
        for name, text, words in [
            ("order", "".join(some + [lines[last], lines[first]]), "received before"),
            ("again", "".join(lines[:first + 5] + lines[first + 4:first + 40] + [lines[last]]), "there already"),
            ("nonsense", lines[0] + '{"receivedAt": 7}\n', "export.jsonl:2: not a line of an export"),
            ("older", older, "export.jsonl:1: not an export, or one of an older program"),
            ("newer", lines[0].replace('"form":2', '"form":3'), "form 3"),
            ("headless", "".join(lines[1:]), "export.jsonl:1: the header is the first line"),
            ("cut off", "".join(some), "cut off"),
            ("lost", "".join(some[:-1]) + end, "lines before this one"),
            ("fewer", "".join(some) + end, "the header speaks of"),
            ("more", "".join(some) + end + lines[-2], "behind the end"),
            ("empty", "", "not even a header"),
        ]:
            refused = self.import_text(name, text)
            self.assertEqual(refused.returncode, 1, name)
            self.assertIn(words, refused.stderr, name)
        with self.assertRaises(RuntimeError) as refusal:
            self.start("cut off")
        self.assertIn("was cut off", str(refusal.exception))
        for command in ("export", "verify"):
            refused = vangnet(command, "--data_dir", self.path("cut off"))
            self.assertEqual((refused.returncode, refused.stdout), (1, ""), command)
            self.assertIn("was cut off", refused.stderr, command)
        self.assertFalse(os.path.exists(self.path("cut off", "db")))
        # What cannot be read is said before anything is made.
        folder = vangnet("import", "--data_dir", self.path("unmade"), self.folder)
        self.assertEqual(folder.returncode, 2)
        self.assertIn("Is a directory", folder.stderr)
        self.assertFalse(os.path.exists(self.path("unmade")))
        again = self.import_text("imported", self.exported.stdout)
        self.assertIn("not empty", again.stderr)


if __name__ == "__main__":
    unittest.main()
