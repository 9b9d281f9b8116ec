#!/usr/bin/python3
"""The shipped units let what they run live: the server starts, takes records, is asked, makes a backup and ends in an
orderly way under the system call filter of deploy/systemd/vangnetd.service, and `vangnet backup` under that of its own.

The filter is worked out as systemd does (systemd.exec(5)): groups by `systemd-analyze syscall-filter`, a first line that
allows, later ones that add or take away. `systemd-analyze security` praises a filter under which nothing runs.
"""

import ctypes
import errno
import os
import shutil
import struct
import subprocess
import tempfile
import unittest

import vangnetd
from vangnet.v1 import ingest_service_pb2
from vangnet.v1 import record_pb2

UNITS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "deploy", "systemd")
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 22, 38, 2
SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO, SECCOMP_RET_KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
LOAD_WORD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06  # of classic BPF
# What systemd always allows.
ALWAYS = {"execve", "exit", "exit_group", "getrlimit", "rt_sigreturn", "sigreturn"}


def lines_of(unit, key):
    with open(os.path.join(UNITS, unit), encoding="utf-8") as file:
        return [line.split("=", 1)[1].strip() for line in file if line.startswith(key + "=")]


def calls_of(name):
    """The calls of a group, groups in it too; of a call itself."""
    if not name.startswith("@"):
        return {name}
    shown = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=True)
    members = [line.strip() for line in shown.stdout.splitlines()[1:]]
    return set().union(*(calls_of(member) for member in members if member and not member.startswith("#")))


def allowed_calls(unit):
    allowed = set(ALWAYS) | calls_of("@default")
    for line in lines_of(unit, "SystemCallFilter"):
        calls = set().union(*(calls_of(name) for name in line.lstrip("~").split()))
        allowed = allowed - calls if line.startswith("~") else allowed | calls
    return allowed


def numbers():
    """The number of each call on this machine."""
    defined = subprocess.run(["cc", "-dM", "-E", "-include", "sys/syscall.h", "-x", "c", os.devnull],
                             capture_output=True, text=True, check=True)
    words = (line.split() for line in defined.stdout.splitlines())
    return {w[1][len("__NR_"):]: int(w[2]) for w in words if w[1].startswith("__NR_") and w[2].isdigit()}


def filter_program(unit):
    """The filter of a unit as a program for the kernel."""
    by_name = numbers()
    steps = [struct.pack("HBBI", LOAD_WORD, 0, 0, 0)]
    for name in sorted(allowed_calls(unit) & by_name.keys()):
        steps.append(struct.pack("HBBI", JUMP_IF_EQUAL, 0, 1, by_name[name]))
        steps.append(struct.pack("HBBI", RETURN, 0, 0, SECCOMP_RET_ALLOW))
    named = lines_of(unit, "SystemCallErrorNumber")
    refuse = SECCOMP_RET_ERRNO | getattr(errno, named[-1]) if named else SECCOMP_RET_KILL_PROCESS
    steps.append(struct.pack("HBBI", RETURN, 0, 0, refuse))
    return b"".join(steps)


def install(program):
    """Puts this process, and what it becomes, under the filter."""
    libc = ctypes.CDLL(None, use_errno=True)
    code = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, header, 0, 0):
        raise OSError(ctypes.get_errno(), "the filter was not taken")


def kernel_takes_filters():
    """In some containers nobody may install one."""
    child = os.fork()
    if child == 0:
        try:
            install(struct.pack("HBBI", RETURN, 0, 0, SECCOMP_RET_ALLOW))
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def nicenesses(process):
    """Of each thread, by its name."""
    found = {}
    for thread in os.listdir(f"/proc/{process}/task"):
        with open(f"/proc/{process}/task/{thread}/stat", encoding="utf-8") as file:
            name, _, rest = file.read().partition("(")[2].rpartition(")")
            found[name] = int(rest.split()[16])
    return found


@unittest.skipUnless(shutil.which("systemd-analyze"), "systemd is not installed")
@unittest.skipUnless(kernel_takes_filters(), "this machine takes no system call filters")
class HardeningTest(unittest.TestCase):

    def test_server_and_backup_live_under_the_filters_of_their_units(self):
        folder = tempfile.mkdtemp(prefix="vangnet-hardening-")
        self.addCleanup(shutil.rmtree, folder)
        of_server, of_backup = filter_program("vangnetd.service"), filter_program("vangnet-backup.service")
        server = vangnetd.Vangnetd(os.environ["VANGNETD"], os.path.join(folder, "data"), os.environ["VANGNET_REGION"],
                                   os.environ["VANGNET_POLICY"], arguments=["--backup_dir", os.path.join(folder, "b")],
                                   before_exec=lambda: install(of_server))
        with server:
            with open(f"/proc/{server.process.pid}/status", encoding="utf-8") as file:
                self.assertIn("Seccomp:\t2\n", file.read())
            child = record_pb2.Record(source="las", record_id="p-1", revision=1, student="s-1",
                                      student_profile=record_pb2.StudentProfile(birth_date="2015-03-01"))
            answer = server.ingest.IngestRecords(ingest_service_pb2.IngestRecordsRequest(records=[child]), timeout=30)
            self.assertEqual(answer.results[0].outcome, ingest_service_pb2.RECORD_OUTCOME_ACCEPTED)
            self.assertIn("vangnet_", server.metrics())
            for command in (["backup", "--keep", "14"], ["alerts"], ["timeline", "s-1"]):
                done = subprocess.run([os.environ["VANGNET"], *command, "--server", server.address],
                                      capture_output=True, text=True, check=False,
                                      preexec_fn=lambda: install(of_backup))
                self.assertEqual(done.returncode, 0, f"{command}: {done.stderr}")
            # Both have worked, so each has set its niceness.
            found = nicenesses(server.process.pid)
            self.assertEqual((found["committer"], found["backups"]), (os.nice(0), 15))
            server.reload()
            self.assertEqual(server.stop(), 0, server.output())


if __name__ == "__main__":
    unittest.main()
