#!/usr/bin/python3
"""`vangnet policy backtest` prints exactly the differences between what `vangnet evaluate` finds under either policy.

The findings of every day of a made-up region are taken from `vangnet evaluate --until`, once under each policy. This
program joins them into episodes and compares those, by the words of `vangnet policy backtest --help` and of
proto/vangnet/v1/policy_service.proto. It shares no code with the backtest, which does not look at every day.

A server with the same records must print the same lines. It is also asked for what it refuses, and left alone halfway.
"""

import collections
import datetime
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import unittest

import grpc

import vangnetd
from vangnet.v1 import policy_service_pb2
from vangnet.v1 import policy_service_pb2_grpc

SEED = os.environ.get("VANGNET_SEED", "1")
FIRST, LAST = datetime.date(2025, 8, 1), datetime.date(2026, 7, 31)
# One threshold each: what stands in the default policy, and what the other one says instead.
CHANGES = {
    "a day earlier": ("at_least_school_days: 5", "at_least_school_days: 4"),
    "two days later": ("at_least_school_days: 5", "at_least_school_days: 7"),
    "ten hours": ("minutes: 960", "minutes: 600"),
    "shown a week": ("minutes: 960 weeks: 4 repeat_after_days: 7 due_working_days: 5 keep_days: 28",
                     "minutes: 960 weeks: 4 repeat_after_days: 7 due_working_days: 5 keep_days: 7"),
    "three weeks": ("longer_than_days: 28", "longer_than_days: 21"),
    "three times ill": ("at_least: 4 }", "at_least: 3 }"),
    "a month ahead": ("notice_days: 60", "notice_days: 30"),
    "silent for a week": ("school_silent { school_days: 2 }", "school_silent { school_days: 5 }"),
    "grace of a week": ("unknown_grace_days: 2", "unknown_grace_days: 7"),
}
ABOUT_A_RECORD = {"luxury-leave", "application-overdue", "exemption-ending", "arrangement-ending"}

Episode = collections.namedtuple("Episode", "first last lines")  # lines: what was shown on each day


def vangnet(*arguments, server=None):
    environment = dict(os.environ, **({"VANGNET_SERVER": server.address} if server else {}))
    result = subprocess.run([os.environ["VANGNET"], *arguments], capture_output=True, text=True, env=environment,
                            timeout=300, check=False)
    if result.returncode != 0:
        raise AssertionError(f"vangnet {' '.join(arguments)} ended with {result.returncode}:\n{result.stderr}")
    return result.stdout


def more_records():
    """What the made-up region has little of: a school that falls silent, two schools at once, truancy, applications."""
    def student(key, record_id, **fact):
        return {"student": key, "source": "las-x", "recordId": record_id, "revision": "1", **fact}
    records = [student(f"x-{n}", f"profile-{n}", studentProfile={"birthDate": "2017-03-02"}) for n in range(4)]
    records += [student(f"x-{n}", f"placement-{n}", placement={
        "school": "99ZZ00", "firstDay": "2024-08-05", "kind": "PLACEMENT_KIND_REGULAR"}) for n in range(4)]
    records.append(student("x-1", "placement-more", placement={
        "school": "98YY00", "firstDay": "2025-10-06", "lastDay": "2025-12-19", "kind": "PLACEMENT_KIND_REGULAR"}))
    for record_id, school in (("application-1", "97XX00"), ("application-2", "96WW00")):
        records.append(student("x-2", record_id, application={
            "school": school, "appliedOn": "2025-09-01", "decision": "APPLICATION_DECISION_NONE"}))
    for key, record_id, first, last, authorised in (("x-3", "truant-1", "2025-11-06", "2025-11-07", "NO"),
                                                    ("x-3", "truant-2", "2025-11-24", "2025-11-24", "NO"),
                                                    ("x-0", "no-word", "2026-03-09", "2026-03-13", "UNKNOWN")):
        records.append(student(key, record_id, absence={
            "school": "99ZZ00", "category": "ABSENCE_CATEGORY_TRUANT", "authorised": "AUTHORISED_" + authorised,
            "days": {"firstDay": first, "lastDay": last}}))
    records.append({"source": "las-x", "recordId": "complete", "revision": "1",
                    "attendanceComplete": {"school": "99ZZ00", "throughDay": "2026-05-29"}})
    return records


class BacktestTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="vangnet-backtest-")
        lines = vangnet("simulate", "--students", "250", "--schools", "4", "--from", FIRST.isoformat(), "--until",
                        LAST.isoformat(), "--seed", SEED, "--region", os.environ["VANGNET_REGION"]).splitlines()
        lines += [json.dumps(record) for record in more_records()]
        cls.records = os.path.join(cls.folder, "records.jsonl")
        with open(cls.records, "w", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in lines)
        cls.school_of = {}
        for record in map(json.loads, lines):
            if "placement" in record:
                cls.school_of[record["source"], record["recordId"]] = record["placement"]["school"]
        with open(os.environ["VANGNET_POLICY"], encoding="utf-8") as file:
            cls.policy_text = file.read()
        cls.before = cls.episodes(os.environ["VANGNET_POLICY"])

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    @classmethod
    def identity(cls, finding):
        """Subject, rule, and what tells findings of one rule and subject apart (rules.md section 4)."""
        about = ""
        if finding["rule"] == "sixteen-hours":
            about = finding["since"]
        elif finding["rule"] in ABOUT_A_RECORD:
            about = finding["evidence"][0]["source"] + "/" + finding["evidence"][0]["recordId"]
        elif finding["rule"] == "overlapping-placements":
            about = "/".join(sorted(cls.school_of[e["source"], e["recordId"]] for e in finding["evidence"]))
        return finding.get("student", "school " + finding.get("school", "")), finding["rule"], about

    @classmethod
    def episodes(cls, policy):
        """All episodes by identity, in order of day."""
        shown = collections.defaultdict(dict)
        for line in vangnet("evaluate", "--region", os.environ["VANGNET_REGION"], "--policy", policy, "--day",
                            FIRST.isoformat(), "--until", LAST.isoformat(), cls.records).splitlines():
            finding = json.loads(line)
            shown[cls.identity(finding)][datetime.date.fromisoformat(finding.pop("day"))] = finding
        episodes = {}
        for identity, days in shown.items():
            episodes[identity] = []
            for day in sorted(days):
                if day - datetime.timedelta(days=1) not in days:
                    episodes[identity].append(Episode(day, day, {}))
                episodes[identity][-1].lines[day] = days[day]
                episodes[identity][-1] = episodes[identity][-1]._replace(last=day)
        return episodes

    @staticmethod
    def pairs(before, after, named):
        """Pairs of episodes of one identity; None on one side: lost or gained."""
        before, after = list(before), list(after)
        pairs = []
        for one in list(before):
            meeting = [other for other in after if one.first <= other.last and other.first <= one.last]
            if meeting:
                pairs.append((one, meeting[0]))
                before.remove(one)
                after.remove(meeting[0])
        while named and before and after:
            pairs.append((before.pop(0), after.pop(0)))
        return pairs + [(one, None) for one in before] + [(None, one) for one in after]

    def expected(self, after_by_identity):
        """What the backtest must print of differences, and the counts by week, rule and school."""
        differences, counts = set(), collections.Counter()
        for identity in self.before.keys() | after_by_identity.keys():
            for before, after in self.pairs(self.before.get(identity, []), after_by_identity.get(identity, []),
                                            identity[2] != ""):
                change = ("GAINED" if before is None else "LOST" if after is None else
                          "EARLIER" if after.first < before.first else "LATER" if after.first > before.first else
                          "DIFFERENT" if after != before else None)
                for side, episode in (("before", before), ("after", after)):
                    if episode is not None:
                        counts[self.row(episode, identity), side] += 1
                if change is None:
                    continue
                counts[self.row(after or before, identity), change.lower()] += 1
                days = sorted((before.lines if before else {}).keys() | (after.lines if after else {}).keys())
                differs_on = next(day for day in days if (before.lines.get(day) if before else None) !=
                                  (after.lines.get(day) if after else None))
                differences.add((change, identity[:2], self.text(before), self.text(after), differs_on.isoformat()))
        return differences, counts

    @staticmethod
    def row(episode, identity):
        week = episode.first - datetime.timedelta(days=episode.first.weekday())
        return week.isoformat(), identity[1], episode.lines[episode.last].get("school", "")

    @staticmethod
    def text(episode):
        if episode is None:
            return None
        finding = json.dumps(episode.lines[episode.last], sort_keys=True)
        return episode.first.isoformat(), episode.last.isoformat(), finding

    @staticmethod
    def told(difference):
        """A difference as the backtest printed it, in the form of `expected`."""
        def text(side):
            episode = difference.get(side)
            if episode is None:
                return None
            return episode["firstShown"], episode["lastShown"], json.dumps(episode["finding"], sort_keys=True)
        finding = difference.get("after", difference.get("before"))["finding"]
        subject = finding.get("student", "school " + finding.get("school", ""))
        return (difference["change"].replace("BACKTEST_CHANGE_", ""), (subject, finding["rule"]), text("before"),
                text("after"), difference["differsOn"])

    def backtest(self, policy, *flags):
        return [json.loads(line) for line in vangnet(
            "policy", "backtest", "--json", "--policy", policy, "--old-policy", os.environ["VANGNET_POLICY"],
            "--old-region", os.environ["VANGNET_REGION"], "--from", FIRST.isoformat(), "--until", LAST.isoformat(),
            *flags, self.records).splitlines()]

    def expect_differences(self, policy, after, *flags):
        lines = self.backtest(policy, *flags)
        expected, expected_counts = self.expected(after)
        told = [self.told(line["difference"]) for line in lines if "difference" in line]
        self.assertEqual(len(told), len(set(told)), "a difference is told twice")
        self.assertEqual(set(told) - expected, set(), "told, but evaluate finds no such difference")
        self.assertEqual(expected - set(told), set(), "evaluate finds this difference, and it is not told")
        counts = collections.Counter()
        for line in lines:
            if "count" not in line:
                continue
            count = line["count"]
            for column in ("before", "after", "gained", "lost", "earlier", "later", "different"):
                if column in count:
                    row = count["week"], count["rule"], count.get("school", "")
                    counts[row, column] += int(count[column])
        self.assertEqual(counts, expected_counts)
        self.assertIn("totals", lines[-1])
        return {change for change, *_ in told}

    def test_one_changed_threshold_gives_what_evaluate_gives(self):
        changes = set()
        for name, (old, new) in CHANGES.items():
            with self.subTest(name):
                policy = os.path.join(self.folder, name.replace(" ", "-") + ".textproto")
                changed = self.policy_text.replace(old, new)
                self.assertNotEqual(changed, self.policy_text)
                with open(policy, "w", encoding="utf-8") as file:
                    file.write(changed)
                kinds = self.expect_differences(policy, self.episodes(policy))
                self.assertTrue(kinds, "the changed threshold makes no difference, so this shows nothing")
                changes |= kinds
        self.assertEqual(changes, {"GAINED", "LOST", "EARLIER", "LATER", "DIFFERENT"})

    def test_the_policy_against_itself_makes_no_difference(self):
        for flags in ((), ("--full",), ("--threads", "1")):
            with self.subTest(flags):
                self.assertEqual(self.expect_differences(os.environ["VANGNET_POLICY"], self.before, *flags), set())

    def test_the_long_way_gives_the_same_lines(self):
        policy = os.path.join(self.folder, "long-way.textproto")
        with open(policy, "w", encoding="utf-8") as file:
            file.write(self.policy_text.replace("minutes: 960", "minutes: 600"))
        self.assertEqual(self.backtest(policy), self.backtest(policy, "--full"))

    def test_the_tables_add_up(self):
        policy = os.path.join(self.folder, "tables.textproto")
        with open(policy, "w", encoding="utf-8") as file:
            file.write(self.policy_text.replace("minutes: 960", "minutes: 600"))
        text = vangnet("policy", "backtest", "--policy", policy, "--old-policy", os.environ["VANGNET_POLICY"],
                       "--old-region", os.environ["VANGNET_REGION"], "--from", FIRST.isoformat(), "--until",
                       LAST.isoformat(), self.records)
        sums = [[0 if n == "." else int(n) for n in line.split()[1:]]
                for line in text.splitlines() if re.match(r"all\s", line)]
        self.assertEqual(len(sums), 4, text)  # by rule, team, unit and week
        for before, after, gained, lost, earlier, *_ in sums:
            self.assertEqual(before + gained - lost, after)
            self.assertGreater(gained, 0)
            self.assertGreater(earlier, 0)
        self.assertEqual(sums, sums[:1] * 4)

    def server(self, name):
        server = vangnetd.Vangnetd(os.environ["VANGNETD"], os.path.join(self.folder, name), os.environ["VANGNET_REGION"],
                                   os.environ["VANGNET_POLICY"])
        self.addCleanup(server.__exit__)
        vangnet("push", "--source", "las-1", self.records, server=server)
        return server

    def renamed(self):
        """The default policy with every rule under another name: each finding is lost, and one like it gained."""
        return re.sub(r'(?m)^  id: "(.*)"', r'  id: "\1-anew"', self.policy_text)

    def test_a_server_prints_the_same_lines(self):
        policy = os.path.join(self.folder, "served.textproto")
        with open(policy, "w", encoding="utf-8") as file:
            file.write(self.policy_text.replace("minutes: 960", "minutes: 600"))
        server = self.server("served")
        served = vangnet("policy", "backtest", "--json", "--policy", policy, "--from", FIRST.isoformat(), "--until",
                         LAST.isoformat(), server=server).splitlines()
        self.assertEqual([json.loads(line) for line in served], self.backtest(policy))

    def test_progress_goes_on_to_the_end(self):
        server = self.server("progress")
        messages = list(server.policies.BacktestPolicy(policy_service_pb2.BacktestPolicyRequest(), timeout=120))
        progress = [message.progress for message in messages if message.HasField("progress")]
        done = [p.subjects_done for p in progress]
        self.assertEqual(done, sorted(done))
        self.assertEqual((done[0], done[-1]), (0, progress[-1].subjects))
        self.assertTrue(messages[-1].HasField("totals"))
        self.assertEqual(messages[-1].totals.until, vangnetd.today().isoformat())
        self.assertFalse(any(message.HasField("difference") for message in messages))

    def test_all_that_is_wrong_is_said_at_once(self):
        server = self.server("wrong")
        wrong = self.policy_text.replace("minutes: 960", "minutes: -1").replace("window_days: 84", "window_days: 0")
        tomorrow = vangnetd.today() + datetime.timedelta(days=1)
        request = policy_service_pb2.BacktestPolicyRequest(policy=wrong, region="schools { nonsense: 1 }",
                                                           until=tomorrow.isoformat(), **{"from": "2026-02-30"})
        with self.assertRaises(grpc.RpcError) as raised:
            list(server.policies.BacktestPolicy(request, timeout=60))
        self.assertEqual(raised.exception.code(), grpc.StatusCode.INVALID_ARGUMENT)
        # The details are google.rpc.BadRequest; the names of the fields stand in it as they are.
        details = dict(raised.exception.trailing_metadata())["grpc-status-details-bin"]
        for field in (b"policy.rules[3].window_minutes.minutes", b"policy.rules[5].spells.window_days", b"region.schools",
                      b"from", b"until"):
            self.assertIn(field, details)

    def test_who_stops_listening_makes_room_for_the_next(self):
        server = self.server("cancelled")
        # A caller that takes little at a time: the backtest cannot run ahead of what is read.
        options = [("grpc.enable_http_proxy", 0), ("grpc.http2.bdp_probe", 0)]
        request = policy_service_pb2.BacktestPolicyRequest(policy=self.renamed(), differences=True, until=LAST.isoformat(),
                                                           **{"from": FIRST.isoformat()})
        with grpc.insecure_channel(server.address, options) as channel:
            slow = policy_service_pb2_grpc.PolicyServiceStub(channel).BacktestPolicy(request, timeout=120)
            self.assertEqual(next(slow).progress.subjects_done, 0)
            with self.assertRaises(grpc.RpcError) as raised:
                list(server.policies.BacktestPolicy(request, timeout=60))
            self.assertEqual(raised.exception.code(), grpc.StatusCode.RESOURCE_EXHAUSTED)
            slow.cancel()
            deadline = time.monotonic() + 20
            while True:
                try:
                    messages = list(server.policies.BacktestPolicy(request, timeout=60))
                    break
                except grpc.RpcError as error:
                    self.assertEqual(error.code(), grpc.StatusCode.RESOURCE_EXHAUSTED)
                    self.assertLess(time.monotonic(), deadline, "nobody listens, and the backtest goes on")
        self.assertTrue(messages[-1].HasField("totals"))
        kinds = collections.Counter(message.difference.change for message in messages if message.HasField("difference"))
        self.assertEqual(kinds[policy_service_pb2.BACKTEST_CHANGE_GAINED], kinds[policy_service_pb2.BACKTEST_CHANGE_LOST])

    def test_a_server_that_stops_does_not_wait_for_a_backtest(self):
        server = self.server("stopped")
        request = policy_service_pb2.BacktestPolicyRequest(policy=self.renamed(), differences=True, until=LAST.isoformat(),
                                                           **{"from": FIRST.isoformat()})
        with grpc.insecure_channel(server.address, [("grpc.http2.bdp_probe", 0)]) as channel:
            slow = policy_service_pb2_grpc.PolicyServiceStub(channel).BacktestPolicy(request, timeout=120)
            next(slow)
            self.assertEqual(server.stop(), 0)
            with self.assertRaises(grpc.RpcError) as raised:
                list(slow)
            self.assertEqual(raised.exception.code(), grpc.StatusCode.UNAVAILABLE)


if __name__ == "__main__":
    unittest.main()
