#!/usr/bin/python3
"""The table adds up, and does not call a loss sound."""

import json
import unittest

import report

LINE = {"fault": "power loss", "injected": 3, "restarts": 2, "acknowledged": 1000, "missing": 0, "invented": 0,
        "differing": 0, "raised_twice": 0, "seconds_until_ready": 0.25}


class ReportTest(unittest.TestCase):

    def rows(self, *changes):
        return report.rows_of(json.dumps({**LINE, **change}) for change in changes)

    def test_lines_of_one_fault_come_together(self):
        rows = self.rows({}, {"seconds_until_ready": 0.5}, {"fault": "EIO"})
        self.assertEqual(list(rows), ["power loss", "EIO"])
        self.assertEqual(rows["power loss"]["acknowledged"], 2000)
        self.assertEqual(rows["power loss"]["seconds_until_ready"], 0.5)
        self.assertIn("| power loss | 6 | 4 | 2,000 | 0 | 0 | 0 | 0 | 0.50 |", report.table_of(rows))

    def test_the_heading_says_when_what_where_and_how_long(self):
        heading = report.heading_of("2026-11-28", "abc1234", 2, 3121)
        self.assertEqual(heading, "# Faults injected on 2026-11-28\n\nCommit abc1234, 2 processors, 52 min 1 s.\n")
        self.assertNotIn("min", report.heading_of("2026-11-28", "abc1234", 2, None))

    def test_sound_is_nothing_lost_and_something_injected(self):
        self.assertTrue(report.is_sound(self.rows({})))
        self.assertFalse(report.is_sound({}))
        self.assertFalse(report.is_sound(self.rows({}, {"fault": "EIO", "injected": 0})))
        for field in report.MUST_BE_ZERO:
            self.assertFalse(report.is_sound(self.rows({}, {field: 1})), field)


if __name__ == "__main__":
    unittest.main()
