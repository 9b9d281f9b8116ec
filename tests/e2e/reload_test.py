#!/usr/bin/python3
"""The people who own the policy change it under a real vangnetd: with SIGHUP, and with the command line."""

import datetime
import os
import shutil
import subprocess
import tempfile
import unittest

import vangnetd
from vangnet.v1 import alert_service_pb2
from vangnet.v1 import ingest_service_pb2
from vangnet.v1 import policy_service_pb2
from vangnet.v1 import record_pb2

CHILDREN = 30


def day(days_ago):
    return (vangnetd.today() - datetime.timedelta(days=days_ago)).isoformat()


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class ReloadTest(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="vangnet-reload-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.policy = os.path.join(self.folder, "policy.textproto")
        self.default = read(os.environ["VANGNET_POLICY"])
        # Without no-placement: with it again, CHILDREN children have a new alert.
        self.without = self.default.replace('id: "no-placement"', 'id: "no-placement" shadow: true', 1)
        self.write(self.without)
        self.start()
        self.addCleanup(lambda: self.server.stop() if self.server.process.poll() is None else None)

    def start(self):
        self.server = vangnetd.Vangnetd(os.environ["VANGNETD"], os.path.join(self.folder, "data"),
                                        os.environ["VANGNET_REGION"], self.policy)

    def write(self, text):
        with open(self.policy, "w", encoding="utf-8") as file:
            file.write(text)

    def get(self):
        return self.server.policies.GetPolicy(policy_service_pb2.GetPolicyRequest(), timeout=30)

    def wait(self, condition, what):
        return vangnetd.await_condition(lambda: condition(self.get()), what)

    def vangnet(self, *arguments):
        return subprocess.run([os.environ["VANGNET"], "policy", *arguments, "--server", self.server.address],
                              capture_output=True, text=True, timeout=60, check=False)

    def push_children_without_school(self, children):
        records = []
        for i in range(children):
            records.append(record_pb2.Record(
                source="las-1", record_id="profile", revision=1, student=f"child-{i}",
                student_profile=record_pb2.StudentProfile(birth_date=day(9 * 365), resident_from="2020-01-01")))
        self.server.ingest.IngestRecords(ingest_service_pb2.IngestRecordsRequest(records=records), timeout=30)

    def open_alerts(self):
        return vangnetd.all_alerts(self.server, filter=alert_service_pb2.AlertFilter(rule="no-placement"))

    def test_sighup_takes_a_policy_that_touches_few_and_raises_its_alerts(self):
        before = self.wait(lambda shown: shown.active.version, "the first policy")
        self.push_children_without_school(3)
        self.write(self.default)
        self.server.reload()
        self.wait(lambda shown: shown.active.policy == self.default and not shown.activating, "the other policy")
        self.assertEqual(len(self.open_alerts()), 3)
        versions = self.vangnet("versions")
        self.assertEqual(versions.returncode, 0, versions.stderr)
        self.assertEqual(len(versions.stdout.splitlines()), 2)
        self.assertTrue(versions.stdout.splitlines()[1].startswith(before + "  in use from "), versions.stdout)

    def test_mistakes_are_all_told_and_the_server_keeps_the_old_policy(self):
        before = self.wait(lambda shown: shown.active.version, "the first policy")
        self.write(self.default.replace("max_open_days: 10", "max_open_days: -1"))
        self.server.reload()
        refused = self.wait(lambda shown: shown.refused.problems, "the refusal")
        self.assertEqual(len(refused), self.default.count("max_open_days: 10"))
        self.assertEqual(self.get().active.version, before)
        for problem in refused:
            self.assertIn(f"{self.policy}:{problem.line}:{problem.column}", self.server.output())
        told = self.vangnet("reload")
        self.assertEqual(told.returncode, 1)
        self.assertEqual(len(told.stderr.splitlines()), len(refused), told.stderr)
        self.assertIn(self.policy + ":", told.stderr.splitlines()[0])
        self.assertIn("refused", self.vangnet("show").stdout)

    def test_a_flood_is_held_survives_kill_9_and_is_taken_when_confirmed(self):
        before = self.wait(lambda shown: shown.active.version, "the first policy")
        self.push_children_without_school(CHILDREN)
        self.write(self.default)
        reloaded = self.vangnet("reload")
        self.assertEqual(reloaded.returncode, 1, reloaded.stdout + reloaded.stderr)
        self.assertIn(f"{CHILDREN} of {CHILDREN} children", reloaded.stdout)
        version = self.get().held.version.version
        self.assertNotEqual(version, "")

        self.server.kill()
        self.start()
        shown = self.wait(lambda shown: shown if shown.active.version else None, "the policy after the restart")
        self.assertEqual((shown.active.version, shown.held.version.version), (before, version))
        self.assertEqual(self.open_alerts(), [])

        self.assertEqual(self.vangnet("confirm", "0" * 16).returncode, 1)
        confirmed = self.vangnet("confirm", version)
        self.assertEqual(confirmed.returncode, 0, confirmed.stderr)
        self.wait(lambda shown: shown.active.version == version and not shown.activating, "the confirmed policy")
        self.assertEqual(len(self.open_alerts()), CHILDREN)
        self.assertEqual(self.vangnet("show", "--policy").stdout, self.default)


if __name__ == "__main__":
    unittest.main()
