#!/usr/bin/python3
"""kill -9 at random moments under load: what was acknowledged is there, and nothing that was not sent.

Senders push chunks and write every acknowledged record to the oracle, a file outside the data directory. The server is
killed with SIGKILL at a random moment and started again on the same directory, three times of four under the same load;
else senders wait until what it holds was compared with the oracle, before a later version can hide that one was lost.
At the end its findings and open alerts must equal those of a server that was told each record's last version,
once and without a crash, and no alert may have been raised twice.

kill -9 leaves the page cache alone: this proves order and recovery. That the log is synced before the answer is shown
elsewhere, by a store that forgets what was not synced.

crash_test.py [--kills N] [--seed S] [--report FILE]; needs the environment of cmake/VangnetPython.cmake.
"""

import argparse
import collections
import hashlib
import json
import os
import random
import shutil
import sys
import tempfile
import threading
import time

import grpc

import vangnetd
import workload
from vangnet.v1 import alert_pb2
from vangnet.v1 import alert_service_pb2
from vangnet.v1 import ingest_service_pb2
from vangnet.v1 import record_pb2

STUDENTS = 400
SENDERS = 3
ALIVE_SECONDS = (0.01, 0.6)
COMPARED = 0.25  # of the kills, with what is held, before anybody sends again
STORED = (ingest_service_pb2.RECORD_OUTCOME_ACCEPTED, ingest_service_pb2.RECORD_OUTCOME_DUPLICATE,
          ingest_service_pb2.RECORD_OUTCOME_STALE)


class Sender(threading.Thread):
    """Pushes chunks to whichever server runs now, each until it is acknowledged."""

    def __init__(self, number, crash):
        super().__init__(daemon=True)
        self._crash = crash
        self._chance = random.Random(crash.seed * 100 + number)

    def run(self):
        try:
            while not self._crash.enough.is_set():
                self._send_until_acknowledged(self._next_chunk())
        except Exception as error:  # A thread's exception would otherwise only be printed.
            self._crash.fail(f"a sender stopped: {error!r}")

    def _next_chunk(self):
        """New versions mostly; now and then some of long ago again, as a sender that lost its place would."""
        if self._crash.order and self._chance.random() < 0.1:
            return self._chance.choice(self._crash.order)
        return self._crash.work.chunk(self._chance.choice((1, 3, 10, 40)))

    def _send_until_acknowledged(self, chunk):
        self._crash.note_sent(chunk)
        while True:
            server = self._crash.server_to_send_to()
            try:
                answer = server.ingest.IngestRecords(ingest_service_pb2.IngestRecordsRequest(records=chunk), timeout=30)
            except (grpc.RpcError, ValueError) as error:  # ValueError: the channel was closed under us.
                if isinstance(error, grpc.RpcError) and error.code() not in (
                        grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED, grpc.StatusCode.RESOURCE_EXHAUSTED):
                    self._crash.fail(f"a push failed with {error.code()}: {error.details()}")
                    return
                self._crash.refusals += 1
                self._crash.await_other_than(server)
                continue
            self._crash.note_acknowledged(chunk, answer.results)
            return


class Watcher(threading.Thread):
    """Watches alerts across all crashes, each time from the last token it saw."""

    def __init__(self, crash):
        super().__init__(daemon=True)
        self._crash = crash
        self._token = ""
        self.raised = set()

    def run(self):
        while not self._crash.finished.is_set():
            server = self._crash.running_server()
            try:
                call = server.alerts.WatchAlerts(alert_service_pb2.WatchAlertsRequest(resume_token=self._token))
                for message in call:
                    if message.kind == alert_service_pb2.WATCH_EVENT_KIND_CHANGED and (
                            message.change.kind == alert_pb2.ALERT_CHANGE_KIND_RAISED):
                        self.raised.add(message.alert.alert_id)
                    self._token = message.resume_token
            except (grpc.RpcError, ValueError):
                self._crash.await_other_than(server)


class Crash:
    """One run: the data directory, the oracle, the server of the moment."""

    def __init__(self, folder, seed):
        self.folder, self.seed = folder, seed
        self.work = workload.Workload(seed, STUDENTS)
        self.enough, self.finished = threading.Event(), threading.Event()
        self.refusals = 0
        self.missing = self.invented = self.differing = self.raised_twice = 0
        self.failures = []
        self.oracle_path = os.path.join(folder, "acknowledged.txt")
        self._oracle = open(self.oracle_path, "w", encoding="utf-8")
        self._oracle_read = 0  # how far, in bytes
        self._highest = {}
        self._changed = threading.Condition()
        self._server = None
        self._senders_wait = False
        self._lock = threading.Lock()
        self.sent = collections.defaultdict(dict)  # identity -> revision -> record
        self.order = []  # chunks, in the order they were first sent

    def fail(self, message):
        self.failures.append(message)
        self.enough.set()

    # The server of the moment.

    def start(self):
        server = self.server_on(os.path.join(self.folder, "data"))
        with self._changed:
            self._server = server
            self._changed.notify_all()
        return server

    def kill(self):
        with self._changed:
            server, self._server = self._server, None
        server.kill()

    def running_server(self):
        with self._changed:
            self._changed.wait_for(lambda: self._server is not None)
            return self._server

    def server_to_send_to(self):
        with self._changed:
            self._changed.wait_for(lambda: self._server is not None and not self._senders_wait)
            return self._server

    def let_senders_wait(self, wait):
        with self._changed:
            self._senders_wait = wait
            self._changed.notify_all()

    def await_other_than(self, server):
        """Waits until another server runs, or the failure was of the moment."""
        with self._changed:
            self._changed.wait_for(lambda: self._server is not None and self._server is not server, timeout=0.2)

    @staticmethod
    def server_on(data_dir):
        return vangnetd.Vangnetd(os.environ["VANGNETD"], data_dir, os.environ["VANGNET_REGION"],
                                 os.environ["VANGNET_POLICY"])

    # The oracle.

    def note_sent(self, chunk):
        with self._lock:
            self.order.append(chunk)
            for record in chunk:
                self.sent[workload.identity(record)][record.revision] = record

    def note_acknowledged(self, chunk, results):
        if len(results) != len(chunk):
            return self.fail(f"{len(results)} results for {len(chunk)} records")
        lines = []
        for record, result in zip(chunk, results):
            if result.outcome not in STORED:
                return self.fail(f"refused: {result.reason} {result.field} {result.description}")
            lines.append("\t".join((*workload.identity(record), str(record.revision))) + "\n")
        with self._lock:
            self._oracle.writelines(lines)
            self._oracle.flush()
        return None

    def all_sent(self):
        with self._lock:
            return {key: dict(versions) for key, versions in self.sent.items()}

    def acknowledged(self):
        """The highest revision acknowledged so far, by identity."""
        with open(self.oracle_path, "rb") as file:
            file.seek(self._oracle_read)
            for line in file:
                if not line.endswith(b"\n"):  # Somebody is writing it.
                    break
                self._oracle_read += len(line)
                *key, revision = line.decode().rstrip("\n").split("\t")
                self._highest[tuple(key)] = max(int(revision), self._highest.get(tuple(key), 0))
        return dict(self._highest)


def held_by(server):
    """What the server holds: identity -> (revision, digest)."""
    held = {}
    for source in workload.SOURCES:
        for record in server.ingest.ListRecords(ingest_service_pb2.ListRecordsRequest(source=source), timeout=120):
            held[source, record.student or "school " + record.school, record.record_id] = (record.revision, record.digest)
    return held


def digest(record):
    """As ListRecords gives it (ingest_service.proto)."""
    content = record_pb2.Record()
    content.CopyFrom(record)
    if content.withdrawn:
        content = record_pb2.Record(source=record.source, record_id=record.record_id, student=record.student,
                                    withdrawn=True)
    content.revision = 0
    return hashlib.sha256(content.SerializeToString(deterministic=True)).digest()


def differences(held, acknowledged, sent):
    """Identities that are acknowledged and missing, and those that nobody sent as they are held."""
    missing = [key for key, revision in acknowledged.items() if held.get(key, (0,))[0] < revision]
    invented = [key for key, (revision, content) in held.items()
                if revision not in sent.get(key, {}) or digest(sent[key][revision]) != content]
    return missing, invented


def compare_with_oracle(crash, server):
    """While senders wait. Answers that came and are not in the oracle yet only make it ask for less."""
    acknowledged, held = crash.acknowledged(), held_by(server)
    missing, invented = differences(held, acknowledged, crash.all_sent())
    crash.missing += len(missing)
    crash.invented += len(invented)
    if missing:
        crash.fail(f"{len(missing)} acknowledged records are missing, such as {missing[0]}")
    if invented:
        crash.fail(f"{len(invented)} records are not as anybody sent them, such as {invented[0]}")
    return acknowledged, held


def check_that_differences_are_found(crash, held, acknowledged):
    """A comparison that finds nothing wrong proves something only if it finds what is."""
    key = next(iter(acknowledged))
    lost = {k: v for k, v in held.items() if k != key}
    old = {**held, key: (acknowledged[key] - 1, held[key][1])}
    other = {**held, key: (held[key][0], b"other content")}
    stranger = {**held, ("las-1", "nobody", "record"): (1, b"")}
    sent = crash.all_sent()
    found = [differences(lost, acknowledged, sent)[0], differences(old, acknowledged, sent)[0],
             differences(other, acknowledged, sent)[1], differences(stranger, acknowledged, sent)[1]]
    if found != [[key], [key], [key], [("las-1", "nobody", "record")]]:
        crash.fail(f"the comparison itself is wrong: {found}")


def standing(server):
    """What is open, without what depends on when it was seen: (student, rule, stage, since, …), sorted."""
    alerts = vangnetd.all_alerts(server, filter=alert_service_pb2.AlertFilter(
        states=[alert_pb2.ALERT_STATE_OPEN, alert_pb2.ALERT_STATE_ACKNOWLEDGED]))
    return sorted(a.finding.SerializeToString(deterministic=True) for a in alerts)


def at_rest(server):
    """Waits until findings and open alerts agree: everything acknowledged has been evaluated."""

    def settled():
        findings = [f for f in vangnetd.all_findings(server)]
        return sorted(f.SerializeToString(deterministic=True) for f in findings) == standing(server)

    vangnetd.await_condition(settled, "the open alerts equal the findings", seconds=60)


def compare_with_clean_run(crash, server):
    """A server that is told the last version of each record, once, and never dies."""
    last = [versions[max(versions)] for versions in crash.all_sent().values()]
    with crash.server_on(os.path.join(crash.folder, "clean")) as clean:
        for begin in range(0, len(last), 200):
            clean.ingest.IngestRecords(ingest_service_pb2.IngestRecordsRequest(records=last[begin:begin + 200]), timeout=30)
        at_rest(clean)
        if vangnetd.all_findings(server) != vangnetd.all_findings(clean):
            crash.differing += 1
            crash.fail("the findings differ from those of a run without crashes")
        if standing(server) != standing(clean):
            crash.differing += 1
            crash.fail("the open alerts differ from those of a run without crashes")


def identity_of(finding):
    """What makes it one finding: of an occurrence of sixteen hours its first day as well."""
    subject = finding.since if finding.rule == "sixteen-hours" else ""
    return finding.student or "school " + finding.school, finding.rule, subject


def check_alerts(crash, server, watcher):
    """No alert raised twice, and whoever watched saw all of them."""
    alerts = vangnetd.all_alerts(server)
    seen = collections.Counter()
    for alert in alerts:
        seen[identity_of(alert.finding)] += 1
        raised = [c for c in alert.history if c.kind == alert_pb2.ALERT_CHANGE_KIND_RAISED]
        if len(raised) != 1:
            crash.raised_twice += 1
            crash.fail(f"alert {alert.alert_id} was raised {len(raised)} times")
    for key, count in seen.items():
        if count > 1:
            crash.raised_twice += 1
            crash.fail(f"{count} alerts of {key}")
    ids = {a.alert_id for a in alerts}
    try:
        vangnetd.await_condition(lambda: ids <= watcher.raised, "the watcher saw every alert raised", seconds=30)
    except AssertionError:
        crash.fail(f"the watcher missed {len(ids - watcher.raised)} of {len(ids)} alerts")
    if watcher.raised - ids:
        crash.fail(f"the watcher saw {len(watcher.raised - ids)} alerts that are not there any more")
    return len(alerts)


def run(folder, kills, seed):
    """Crashes `kills` times; the counts for the report."""
    crash, chance = Crash(folder, seed), random.Random(seed)
    server = crash.start()
    watcher = Watcher(crash)
    senders = [Sender(n, crash) for n in range(SENDERS)]
    for thread in [watcher, *senders]:
        thread.start()
    ready, done, comparisons = [], 0, 0
    while done < kills and not crash.enough.is_set():
        crash.enough.wait(chance.uniform(*ALIVE_SECONDS))
        compared = chance.random() < COMPARED
        crash.let_senders_wait(compared)
        crash.kill()
        done += 1
        server = crash.start()
        ready.append(server.seconds_until_ready)
        if compared:
            comparisons += 1
            _, held = compare_with_oracle(crash, server)
            crash.let_senders_wait(False)
            print(f"{done} kills, {len(crash.order)} chunks, {len(held)} records held, "
                  f"ready after {ready[-1]:.2f} s", flush=True)
    crash.enough.set()
    crash.let_senders_wait(False)
    for sender in senders:
        sender.join(timeout=60)
        if sender.is_alive():
            crash.fail("a sender does not end")
    counts = {"seed": seed, "kills": done, "comparisons": comparisons, "versions_sent": sum(len(c) for c in crash.order),
              "refused_while_down": crash.refusals, "seconds_until_ready_median": sorted(ready)[len(ready) // 2],
              "seconds_until_ready_max": max(ready)}
    if not crash.failures:
        acknowledged, held = compare_with_oracle(crash, server)
        check_that_differences_are_found(crash, held, acknowledged)
        counts["records_held"] = len(held)
        counts["records_acknowledged"] = len(acknowledged)
        at_rest(server)
        compare_with_clean_run(crash, server)
        counts["alerts"] = check_alerts(crash, server, watcher)
        counts["alerts_open"] = len(standing(server))
        counts["findings"] = len(vangnetd.all_findings(server))
    crash.finished.set()
    if server.stop() != 0:
        crash.fail("the last server did not end well:\n" + server.output())
    counts.update(failures=crash.failures, missing=crash.missing, invented=crash.invented, differing=crash.differing,
                  raised_twice=crash.raised_twice)
    return counts


def add_to_fault_report(counts):
    """A line for the table of tests/run --nightly, as the tests of tests/faults write it."""
    line = {"fault": "kill -9 of vangnetd", "injected": counts["kills"], "restarts": counts["kills"],
            "acknowledged": counts.get("records_acknowledged", 0),
            "seconds_until_ready": counts["seconds_until_ready_max"]}
    line.update((field, counts[field]) for field in ("missing", "invented", "differing", "raised_twice"))
    with open(os.environ["VANGNET_FAULT_REPORT"], "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--report", help="a JSON file for the counts")
    parser.add_argument("--keep", action="store_true", help="leave the data directories")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="vangnet-crash-")
    started = time.monotonic()
    counts = run(folder, options.kills, options.seed)
    counts["seconds"] = round(time.monotonic() - started, 1)
    print(json.dumps(counts, indent=2))
    if options.report:
        with open(options.report, "w", encoding="utf-8") as file:
            json.dump(counts, file, indent=2)
    if "VANGNET_FAULT_REPORT" in os.environ:
        add_to_fault_report(counts)
    if counts["failures"]:
        print(f"replay: crash_test.py --kills {options.kills} --seed {options.seed}; data is left in {folder}")
        sys.exit(1)
    if not options.keep:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
