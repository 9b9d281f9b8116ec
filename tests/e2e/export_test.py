#!/usr/bin/python3
"""A made-up school year is exported and imported: nothing that was said, and no moment at which it was, is lost.

The export of the import is the export, byte for byte; findings of now and as known at moments in between are the same;
`vangnet verify` finds both in order, and a store with one changed byte not.
"""

import datetime
import json
import os
import shutil
import subprocess
import tempfile
import unittest

import vangnetd
from vangnet.v1 import ingest_service_pb2
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
            pushed = vangnetd.await_condition(lambda: vangnetd.all_alerts(server), "alerts are raised")
            assert pushed
        cls.exported = vangnet("export", "--data_dir", cls.path("data"))
        imported = cls.import_text("imported", cls.exported.stdout)
        assert imported.returncode == 0, imported.stderr

    @classmethod
    def path(cls, *names):
        return os.path.join(cls.folder, *names)

    @classmethod
    def start(cls, data):
        return vangnetd.Vangnetd(os.environ["VANGNETD"], cls.path(data), os.environ["VANGNET_REGION"],
                                 os.environ["VANGNET_POLICY"])

    @classmethod
    def import_text(cls, data, text):
        with open(cls.path("export.jsonl"), "w", encoding="utf-8") as file:
            file.write(text)
        return vangnet("import", "--data_dir", cls.path(data), cls.path("export.jsonl"))

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
        self.assertGreater(len(lines), 1000)
        self.assertEqual([line["receivedAt"] for line in lines if "canonical" in line], [lines[-1]["receivedAt"]])
        self.assertTrue(any(line.get("backfill") for line in lines))
        self.assertFalse(all(line.get("backfill") for line in lines))
        again = vangnet("export", "--data_dir", self.path("imported"))
        self.assertEqual(again.stdout, self.exported.stdout)

    def test_findings_are_the_same_now_and_as_known_at_any_moment(self):
        self.assertGreaterEqual(len(set(self.findings)), PARTS)  # they grew with what was known
        shutil.copytree(self.path("imported"), self.path("served"))
        with self.start("served") as server:
            self.assertEqual(self.findings_of(server), self.findings)
            # The sources send again what they have: nothing is new.
            with open(self.path("part.jsonl"), encoding="utf-8") as file:
                pushed = vangnet("push", "--server", server.address, "--json", "-", stdin=file)
            counts = json.loads(pushed.stdout.splitlines()[-1])
            self.assertEqual(counts["accepted"], 0)
            self.assertGreater(counts["duplicate"], 100)

    def test_verify_finds_both_in_order(self):
        for data in ("data", "imported"):
            verified = vangnet("verify", "--data_dir", self.path(data))
            self.assertEqual(verified.returncode, 0, verified.stdout)
            self.assertIn("disagreements: 0", verified.stdout)
        self.assertIn("students evaluated again:", vangnet("verify", "--data_dir", self.path("data")).stdout)

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

    def test_an_import_is_all_or_nothing(self):
        lines = self.exported.stdout.splitlines(keepends=True)
        swapped = lines[:10] + [lines[-1]] + lines[10:]
        for name, text, words in [
            ("order", "".join(swapped), "received before"),
            ("twice", "".join(lines[:5] + [lines[4]]), "there already"),
            ("nonsense", lines[0] + '{"receivedAt": 7}\n', "line 2"),
            ("empty", "", "no records"),
        ]:
            refused = self.import_text(name, text)
            self.assertEqual(refused.returncode, 1, name)
            self.assertIn(words, refused.stderr, name)
            with self.assertRaises(RuntimeError) as refusal:
                self.start(name)
            self.assertIn("acknowledged", str(refusal.exception))
        again = self.import_text("imported", self.exported.stdout)
        self.assertIn("not empty", again.stderr)


if __name__ == "__main__":
    unittest.main()
