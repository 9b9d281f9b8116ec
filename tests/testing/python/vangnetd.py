"""A real vangnetd of a test: started on a data directory, on loopback and free ports, and stopped or killed again."""

import datetime
import os
import queue
import re
import signal
import subprocess
import threading
import time
import urllib.request
import zoneinfo

import grpc

from vangnet.v1 import alert_service_pb2
from vangnet.v1 import alert_service_pb2_grpc
from vangnet.v1 import ingest_service_pb2_grpc
from vangnet.v1 import policy_service_pb2_grpc
from vangnet.v1 import school_service_pb2_grpc
from vangnet.v1 import student_service_pb2
from vangnet.v1 import student_service_pb2_grpc

READY = re.compile(r"vangnetd listening on (\S+), metrics on (\S+)")
READY_SECONDS_MAX = 60


def today():
    """The day as the server has it: that of the sample region, which near midnight is not that of this machine."""
    return datetime.datetime.now(zoneinfo.ZoneInfo("Europe/Amsterdam")).date()


class Vangnetd:
    """One process. `seconds_until_ready` is from its start to the line that says it serves.

    Raises RuntimeError with what it wrote when it ends, or says nothing for a minute, before it is ready.
    """

    def __init__(self, program, data_dir, region, policy, environment=None, arguments=(), config=None,
                 certificate=None, before_exec=None):
        """`config` is the path of a configuration file, which then says all that the other parameters would.

        `before_exec` is called in the new process, before the program is in it.
        `certificate` is the path of the certificate of localhost that the server shows; without one it has no TLS.
        """
        self._lines = []
        self._ready = queue.Queue()
        started = time.monotonic()
        self.process = subprocess.Popen(
            [program, "--config", config] if config else
            [program, "--data_dir", data_dir, "--listen", "127.0.0.1:0", "--metrics_listen", "127.0.0.1:0",
             "--region", region, "--policy", policy, *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            env={**os.environ, **(environment or {})}, preexec_fn=before_exec)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            match = self._ready.get(timeout=READY_SECONDS_MAX)
        except queue.Empty:
            match = None
        if match is None:
            self.kill()
            raise RuntimeError("vangnetd was not ready:\n" + self.output())
        self.seconds_until_ready = time.monotonic() - started
        self.address, self.metrics_address = match.group(1), match.group(2)
        self._certificate = certificate
        self.channel = self.connect()
        self.ingest = ingest_service_pb2_grpc.IngestServiceStub(self.channel)
        self.alerts = alert_service_pb2_grpc.AlertServiceStub(self.channel)
        self.students = student_service_pb2_grpc.StudentServiceStub(self.channel)
        self.schools = school_service_pb2_grpc.SchoolServiceStub(self.channel)
        self.policies = policy_service_pb2_grpc.PolicyServiceStub(self.channel)

    def _read(self):
        for line in self.process.stdout:
            self._lines.append(line)
            match = READY.search(line)
            if match:
                self._ready.put(match)
        self._ready.put(None)

    def connect(self):
        """A channel with a connection of its own, for the caller to close."""
        options = [("grpc.enable_http_proxy", 0), ("grpc.use_local_subchannel_pool", 1)]
        if self._certificate is None:
            return grpc.insecure_channel(self.address, options=options)
        with open(self._certificate, "rb") as file:
            credentials = grpc.ssl_channel_credentials(file.read())
        return grpc.secure_channel(self.address, credentials,
                                   options=[*options, ("grpc.ssl_target_name_override", "localhost")])

    def metrics(self):
        """The page that Prometheus reads."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://{self.metrics_address}/metrics", timeout=20) as response:
            return response.read().decode()

    def metric(self, name):
        """The value of a metric without labels."""
        return next(float(line.split()[1]) for line in self.metrics().splitlines() if line.startswith(name + " "))

    def output(self):
        return "".join(self._lines[-200:])

    def reload(self):
        """SIGHUP: reads region and policy again."""
        self.process.send_signal(signal.SIGHUP)

    def kill(self):
        """SIGKILL; returns when the process is gone."""
        self.process.kill()
        self.process.wait()
        self._close()

    def stop(self):
        """SIGTERM; the exit status."""
        self.process.terminate()
        try:
            status = self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.kill()
            raise RuntimeError("vangnetd did not end within a minute of SIGTERM:\n" + self.output()) from None
        self._close()
        return status

    def _close(self):
        self._reader.join()
        self.process.stdout.close()
        if hasattr(self, "channel"):
            self.channel.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()


def all_alerts(server, **request):
    """Every alert, page by page."""
    alerts, token = [], ""
    while True:
        page = server.alerts.ListAlerts(
            alert_service_pb2.ListAlertsRequest(page_size=1000, page_token=token, **request), timeout=60)
        alerts += page.alerts
        token = page.next_page_token
        if not token:
            return alerts


def all_findings(server, **request):
    """Every finding, page by page, in order."""
    findings, token = [], ""
    while True:
        page = server.students.ListFindings(
            student_service_pb2.ListFindingsRequest(page_size=10000, page_token=token, **request), timeout=120)
        findings += page.findings
        token = page.next_page_token
        if not token:
            return findings


def await_condition(condition, what, seconds=30):
    """Returns the first true value of `condition()`; fails after `seconds`. For what is promised soon, not at once."""
    until = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > until:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.01)
