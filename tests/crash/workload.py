"""What the crash test sends: a small region's records, made by a seed, with corrections and withdrawals."""

import datetime
import random
import threading

import vangnetd

from vangnet.v1 import record_pb2

SOURCES = ("las-1", "las-2")
SCHOOLS = ("12AB00", "34CD00", "56EF00")


def identity(record):
    return record.source, record.student or "school " + school_of(record), record.record_id


def school_of(record):
    return getattr(record, record.WhichOneof("fact")).school


class Workload:
    """Makes one version after another; thread-safe. Versions of one record come with rising revisions."""

    def __init__(self, seed, students):
        self._lock = threading.Lock()
        self._chance = random.Random(seed)
        self._students = students
        self._revisions = {}
        self._today = vangnetd.today()

    def _day(self, days_ago):
        return (self._today - datetime.timedelta(days=days_ago)).isoformat()

    def chunk(self, size):
        with self._lock:
            return [self._version() for _ in range(size)]

    def _version(self):
        chance = self._chance
        number = chance.randrange(self._students)
        record = record_pb2.Record(source=SOURCES[number % len(SOURCES)], student=f"child-{number}")
        kind = chance.random()
        if kind < 0.15:
            record.record_id = "profile"
            record.student_profile.birth_date = self._day(365 * chance.randint(5, 12) + number % 300)
            record.student_profile.resident_from = "2020-01-01"
        elif kind < 0.40:
            self._placement(record, number)
        elif kind < 0.97:
            self._absence(record, number)
        else:
            school = chance.randrange(len(SCHOOLS))
            record.student = ""
            record.source = SOURCES[school % len(SOURCES)]
            record.record_id = "complete"
            record.attendance_complete.school = SCHOOLS[school]
            record.attendance_complete.through_day = self._day(chance.randint(1, 20))
        if record.student and chance.random() < 0.03:
            record.withdrawn = True
        key = identity(record)
        self._revisions[key] = self._revisions.get(key, 0) + 1
        record.revision = self._revisions[key]
        return record

    def _placement(self, record, number):
        chance = self._chance
        record.record_id = "placement"
        record.placement.school = SCHOOLS[number % len(SCHOOLS)]
        record.placement.kind = record_pb2.PLACEMENT_KIND_REGULAR
        record.placement.first_day = self._day(400)
        if chance.random() < 0.4:
            record.placement.last_day = self._day(chance.randint(1, 120))
            record.placement.end_reason = record_pb2.PLACEMENT_END_REASON_MOVED

    def _absence(self, record, number):
        chance = self._chance
        record.record_id = f"absence-{chance.randrange(8)}"
        record.absence.school = SCHOOLS[number % len(SCHOOLS)]
        record.absence.category = chance.choice(
            (record_pb2.ABSENCE_CATEGORY_SICK, record_pb2.ABSENCE_CATEGORY_TRUANT, record_pb2.ABSENCE_CATEGORY_LEAVE))
        record.absence.authorised = chance.choice((record_pb2.AUTHORISED_YES, record_pb2.AUTHORISED_NO))
        first = chance.randint(1, 90)
        record.absence.days.first_day = self._day(first)
        if chance.random() < 0.7:
            record.absence.days.last_day = self._day(max(0, first - chance.randint(0, 40)))
