#!/usr/bin/python3
"""The real vangnetd while somebody sets the clock of the machine: by a second, an hour, days, a year, and back.

Only the server's clock is shifted, by a library that is loaded before all others ($VANGNET_SHIFTED_CLOCK). The counts
go to $VANGNET_FAULT_REPORT.
"""

import datetime
import os
import struct
import unittest

import fault_case
import vangnetd

HOUR, DAY = 3600, 86400
STEPS = (-1, -HOUR // 2, -DAY, HOUR // 2, 3 * DAY, 400 * DAY)
BELIEVED = HOUR  # Steps that are larger are not (services/README.md).


class ClockTest(fault_case.FaultCase):

    def setUp(self):
        super().setUp()
        self.shift = os.path.join(self.folder, "shift")
        self.set_clock(0)
        self.environment = {"LD_PRELOAD": os.environ["VANGNET_SHIFTED_CLOCK"], "VANGNET_CLOCK_SHIFT": self.shift}

    def set_clock(self, seconds):
        # Not made anew: the server has it mapped.
        with open(self.shift, "r+b" if os.path.exists(self.shift) else "wb") as file:
            file.write(struct.pack("=q", seconds))

    def await_held(self, server, seconds):
        """Until the server says how far the clock is off that it does not believe; less what it believed before."""
        vangnetd.await_condition(lambda: abs(server.metric("vangnet_clock_held_seconds") - seconds) < BELIEVED,
                                 f"the clock is held by {seconds} s")

    def push_leaving(self, server, student, last_day):
        """A child that is placed, but for no longer than that day."""
        profile, placement = fault_case.records_of(student)
        placement.placement.last_day = last_day.isoformat()
        self.assertEqual(self.ingest(server, [profile, placement]), {})

    def without_placement(self, server, count):
        """Who has an alert of that rule: `count` children, as soon as they are as many."""

        def found():
            students = sorted(a.finding.student for a in vangnetd.all_alerts(server) if a.finding.rule == "no-placement")
            return students if len(students) >= count else None

        return vangnetd.await_condition(found, f"{count} alerts")

    def test_no_step_raises_a_false_alert_or_hides_a_true_one(self):
        dropped_out = []
        with self.start(environment=self.environment) as server:
            # After tomorrow it has no placement: an alert that whoever believes three days more would raise.
            self.push_leaving(server, "in-order", vangnetd.today() + datetime.timedelta(days=1))
            for step in STEPS:
                for shift in (step, 0):
                    self.set_clock(shift)
                    self.await_held(server, shift if abs(shift) > BELIEVED else 0)
                    # Its alert shows that the rules have run since.
                    dropped_out.append(f"dropped-out-{len(dropped_out):02}")
                    self.push(server, dropped_out[-1])
                    self.assertEqual(self.without_placement(server, len(dropped_out)), dropped_out)
            raised = {a.finding.student: a.history[0].changed_at.ToNanoseconds() for a in vangnetd.all_alerts(server)}
            in_order = [raised[student] for student in dropped_out]
            self.assertEqual(in_order, sorted(in_order), "a later alert is of an earlier time")
            self.assertIn("the wall clock jumped and is not believed", server.output())
            self.report("somebody sets the clock", server, 2 * len(STEPS), 0, 0)

    def test_a_start_believes_the_clock_and_no_day_comes_twice(self):
        with self.start(environment=self.environment) as server:
            self.push_leaving(server, "leaves-tomorrow", vangnetd.today() + datetime.timedelta(days=1))
            self.push(server, "dropped-out")
            self.assertEqual(self.without_placement(server, 1), ["dropped-out"])
        self.set_clock(9 * DAY)
        with self.start(environment=self.environment) as server:
            self.assertEqual(self.without_placement(server, 2), ["dropped-out", "leaves-tomorrow"])
        # The clock was wrong. What was raised stays: the day that was turned is not taken back.
        self.set_clock(0)
        with self.start(environment=self.environment) as server:
            self.push(server, "dropped-out-too")
            self.assertEqual(self.without_placement(server, 3), ["dropped-out", "dropped-out-too", "leaves-tomorrow"])
            self.report("a start with another clock", server, 2, 2, server.seconds_until_ready)


if __name__ == "__main__":
    unittest.main()
