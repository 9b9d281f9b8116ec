#!/usr/bin/python3
"""The real vangnetd on a disk that may not be written: when it starts, and from one moment on while records come.

The disk is an ext4 image of the test. A kernel that finds its file system broken makes it read-only under whoever has
files open; `mount -o remount,abort` does just that. The counts go to $VANGNET_FAULT_REPORT.
"""

import os
import subprocess
import threading
import unittest

import grpc

import fault_case

IMAGE_MEBIBYTES = 256
ROUNDS = 2 * min(fault_case.FACTOR, 10)
SENDERS = 3


class ReadOnlyDiskTest(fault_case.FaultCase):

    def setUp(self):
        super().setUp()
        self.image = os.path.join(self.folder, "image")
        with open(self.image, "wb") as file:
            file.truncate(IMAGE_MEBIBYTES * fault_case.MEBIBYTE)
        made = subprocess.run(["/sbin/mkfs.ext4", "-q", self.image], capture_output=True, text=True, check=False)
        self.assertEqual(made.returncode, 0, made.stderr)
        self.disk = self.mounted("-o", "loop", self.image)
        self.config = self.configuration(os.path.join(self.disk, "data"), "disk_reserve_mib: 16")

    def mount_again(self, options):
        subprocess.run(["umount", self.disk], check=True)
        subprocess.run(["mount", "-o", "loop," + options, self.image, self.disk], check=True)

    def refused_start(self):
        """What a start says that must not succeed, which is one line."""
        ended = subprocess.run([os.environ["VANGNETD"], "--config", self.config], capture_output=True, text=True,
                               timeout=30, check=False)
        self.assertEqual(ended.returncode, 1, ended.stderr)
        self.assertEqual(ended.stdout, "")
        self.assertEqual(ended.stderr.count("\n"), 1, ended.stderr)
        self.assertIn(self.disk, ended.stderr)
        return ended.stderr

    def test_a_start_says_in_one_line_that_the_disk_is_read_only(self):
        self.mount_again("ro")
        self.assertIn("Read-only file system", self.refused_start())  # nothing is there
        self.mount_again("rw")
        with self.start(self.config) as server:
            self.push(server, "before")
        self.mount_again("ro")
        self.assertIn("Read-only file system", self.refused_start())
        self.mount_again("rw")
        with self.start(self.config) as server:
            self.report("start on a read-only disk", server, 2, 1, server.seconds_until_ready)

    def test_a_disk_that_becomes_read_only_ends_the_server_and_loses_nothing(self):
        seconds = 0
        for turn in range(ROUNDS):
            server = self.start(self.config)
            seconds = max(seconds, server.seconds_until_ready)
            refused, taken = [], threading.Semaphore(0)

            def send(number, server=server, turn=turn, refused=refused, taken=taken):
                for chunk in range(100_000):
                    try:
                        self.push(server, f"child-{turn}-{number}-{chunk}")
                        taken.release()
                    except grpc.RpcError as error:
                        refused.append(error.code())
                        return

            senders = [threading.Thread(target=send, args=[number]) for number in range(SENDERS)]
            for sender in senders:
                sender.start()
            for _ in range(10 * SENDERS):
                self.assertTrue(taken.acquire(timeout=20))
            subprocess.run(["mount", "-o", "remount,abort", self.disk], check=True)
            status = server.process.wait(timeout=10)  # by itself
            for sender in senders:
                sender.join()
            self.assertEqual(status, 1, server.output())
            self.assertIn("the disk failed", server.output())
            self.assertEqual(len(refused), SENDERS)
            self.assertLessEqual(set(refused), {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED})
            server.kill()  # it is gone; its pipes are closed
            self.assertIn("Read-only file system", self.refused_start())
            self.mount_again("rw")
        with self.start(self.config) as server:
            self.await_alerts(server, len(self.children_of(server)))
            self.report("disk becomes read-only under load", server, ROUNDS, ROUNDS, seconds)

    def children_of(self, server):
        """The children that the server has all of."""
        kept = fault_case.kept_records(server, self.sources)
        return {name.removeprefix("placement-") for name in kept if name.startswith("placement-")}


if __name__ == "__main__":
    unittest.main()
