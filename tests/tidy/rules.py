"""What tests/tidy enforces, as tables: who may include whom, which words are banned, how long things may be."""

import re
from typing import NamedTuple

FILE_LINES_MAX = 700
FUNCTION_LINES_MAX = 70


class Layer(NamedTuple):
    """Files under `path`, and what they may include of the project."""

    path: str  # a prefix of the file's path
    suffix: str  # and how its name ends; empty: whatever
    may_include: tuple  # prefixes of project includes


_GENERATED = ("vangnet/v1/", "vangnet/config/v1/", "vangnet/archive/v1/")
_PURE = ("domain/", "alerts/rules/", "alerts/lifecycle/")
_BELOW_SERVICES = ("domain/", "alerts/", "storage/")

# The first layer that matches a file holds. A file of no layer is refused: a new folder says what it may include.
LAYERS = (
    Layer("domain/", "", ("domain/",)),
    Layer("alerts/rules/", "", ("domain/", "alerts/rules/")),
    Layer("alerts/lifecycle/", "", _PURE),
    Layer("alerts/explain/", "", ("domain/", "alerts/rules/", "alerts/explain/")),
    Layer("alerts/backtest/", "", _PURE + ("alerts/backtest/",)),
    Layer("alerts/engine/", "", _PURE + ("alerts/explain/", "alerts/engine/", "storage/")),
    Layer("alerts/notify/", "", _PURE + ("alerts/notify/", "storage/")),
    Layer("storage/", ".h", ("domain/", "storage/")),
    Layer("storage/", "", ("domain/", "storage/", "vangnet/record/v1/")),
    Layer("services/convert/", "", _BELOW_SERVICES + ("services/convert/",) + _GENERATED),
    Layer("services/runtime/", "", ("domain/", "services/runtime/")),
    Layer("services/server/", "", _BELOW_SERVICES + ("services/",) + _GENERATED),
    Layer("services/", "", _BELOW_SERVICES + ("services/convert/", "services/runtime/", "services/FOLDER/") + _GENERATED),
    Layer("cli/main.cc", "", ("cli/", "services/runtime/")),
    Layer("cli/today.cc", "", ("cli/", "domain/", "services/runtime/")),
    Layer("cli/", "", ("cli/", "domain/", "alerts/rules/", "alerts/backtest/", "alerts/explain/", "services/convert/", "services/maintenance/", "storage/fact_store.h")
          + _GENERATED),
    Layer("tests/", "", ("",)),
)

_ABSEIL_LOCKS = r"(tests/)?services/runtime/grpc_locks(_test)?\.cc$"

# A library may be included only by files whose path matches.
LIBRARIES = (
    ("rocksdb/", r"storage/rocksdb_[a-z_]+\.(h|cc)$|tests/"),
    ("grpcpp/", r"services/|cli/|tests/"),
    ("grpc/", r"services/|cli/|tests/"),
    ("prometheus/", r"services/|tests/"),
    ("google/protobuf/", r"services/|cli/|tests/|storage/[a-z_]+\.cc$"),
    ("google/rpc/", r"services/|cli/|tests/"),
    ("openssl/", r"services/|cli/|storage/[a-z_]+\.cc$|tests/"),
    ("gtest/", r"tests/"),
    ("gmock/", r"tests/"),
    ("benchmark/", r"tests/bench/"),
    ("absl/synchronization/", _ABSEIL_LOCKS),
)
PROJECT_FOLDERS = ("domain/", "alerts/", "storage/", "services/", "cli/", "tests/", "vangnet/")

# Concrete classes behind interfaces: named where they are defined, where the program is put together, and in tests.
CONCRETE_CLASS = re.compile(r"\b(Rocksdb[A-Z]\w*|FileDurableMark|SystemClock)\b")
CONCRETE_CLASS_FILES = re.compile(
    r"services/server/app\.(h|cc)$|services/maintenance/data_directory\.cc$|storage/rocksdb_\w+\.(h|cc)$|storage/file_durable_mark\.(h|cc)$|services/runtime/|cli/today\.cc$|tests/")


class Banned(NamedTuple):
    """A pattern that is refused in C++ code (comments and strings apart), and what to write instead."""

    pattern: str
    instead: str
    allowed: str  # paths where it may stand


_CLOCKS = r"tests/faults/|services/runtime/|tests/bench/|tests/crash/|tests/e2e/shifted_clock|cli/progress"
_BELOW = r"(services|cli|tests)/"
BANNED = (
    Banned(r"\babsl::Now\b", "the Clock of services/runtime, or `now` as a parameter", _CLOCKS),
    Banned(r"\b(system|steady|high_resolution)_clock::now\b",
           "the Clock of services/runtime, or `now` as a parameter", _CLOCKS),
    Banned(r"\b(gettimeofday|clock_gettime|std::time)\b|\btime\((nullptr|NULL|0)\)",
           "the Clock of services/runtime, or `now` as a parameter", _CLOCKS),
    Banned(r"\brandom_device\b|\bs?rand\(|\babsl::BitGen\b",
           "a seeded std::mt19937_64 that the caller gives", r"services/runtime/"),
    Banned(r"\bsleep_(for|until)\b|\b(u|nano)?sleep\(|\babsl::SleepFor\b",
           "waiting for the event itself, or the waiting of services/runtime", r"services/runtime/|tests/bench/"),
    Banned(r"\babsl::(Mutex|MutexLock|CondVar|Notification)\b", "Mutex, MutexLock and CondVar of domain/mutex.h",
           _ABSEIL_LOCKS),
    Banned(r"\bstd::(mutex|recursive_mutex|shared_mutex|lock_guard|unique_lock|scoped_lock|condition_variable)\b",
           "Mutex, MutexLock and CondVar of domain/mutex.h, which Clang can check", r"domain/mutex\.h$|tests/"),
    Banned(r"\babsl::(optional|variant|string_view|Span|make_unique)\b",
           "the one of std; Debian's Abseil types are types of their own", r"$"),
    Banned(r"\bthrow\b(?!\()", "absl::Status", r"$"),
    Banned(r"^\s*using namespace\b", "the full name", r"tests/"),
    Banned(r"\bstd::(cout|cerr|clog)\b|\bf?printf\(|\bfputs\(|\bputs\(",
           "a result that the caller logs; below services nothing writes", _BELOW),
    Banned(r"\bDISABLED_\w+", "a test that runs", r"$"),
)
BANNED_ANYWHERE = (
    (re.compile(r"\b(TODO|FIXME|XXX|HACK)\b"), "an issue, or the thing itself"),
    (re.compile(r"(?<![\w./-])/(home/\w+|root/|work/|Users/\w+)"), "a path relative to the project"),
)
