#!/usr/bin/python3
"""Every check of tidy.py finds the violation that is planted here, at its line, and is silent about a clean tree."""

import unittest

import tidy

CLEAN_HEADER = """// Day is a civil day.
#ifndef VANGNET_DOMAIN_DAY_H_
#define VANGNET_DOMAIN_DAY_H_

namespace vangnet {}

#endif  // VANGNET_DOMAIN_DAY_H_
"""


def clean_tree():
    return {
        "CMakeLists.txt": "add_subdirectory(domain)\nadd_subdirectory(services/server)\nadd_subdirectory(storage)\n",
        "README.md": "`domain/` the nouns\n`services/` the shell\n`storage/` what is kept\n",
        "domain/CMakeLists.txt": "vangnet_library(domain SRCS day.cc)\n",
        "domain/day.h": CLEAN_HEADER,
        "domain/day.cc": '#include "domain/day.h"\n\n// absl::Now is only named here.\nconst char* k = "absl::Now";\n',
        "services/server/CMakeLists.txt": "vangnet_library(server SRCS app.cc)\n",
        "services/server/app.cc": '#include "storage/rocksdb_kv_store.h"\nRocksdbKvStore* store;\n',
        "storage/CMakeLists.txt": "vangnet_library(storage SRCS rocksdb_kv_store.cc)\n",
        "storage/rocksdb_kv_store.cc": "#include <rocksdb/db.h>\n",
    }


class TidyTest(unittest.TestCase):

    def found(self, path, text, **others):
        """The violations after `text` was written to `path` of a clean tree, as (path, line, rule)."""
        tree = clean_tree()
        tree[path] = text
        tree.update(others)
        return [(v.path, v.line, v.rule) for v in tidy.violations_of(tree)]

    def expect(self, rule, line, path, text):
        self.assertIn((path, line, rule), self.found(path, text))

    def test_a_clean_tree_has_no_violation(self):
        self.assertEqual(tidy.violations_of(clean_tree()), [])

    def test_an_include_against_the_direction(self):
        self.expect("include", 1, "domain/day.cc", '#include "storage/kv_store.h"\n')
        self.expect("include", 2, "storage/rocksdb_kv_store.cc", '\n#include "alerts/rules/policy.h"\n')
        self.expect("include", 1, "services/ingest/a.cc", '#include "services/alerts/b.h"\n')
        self.expect("include", 1, "cli/a.cc", '#include "storage/rocksdb_kv_store.h"\n')
        self.expect("include", 1, "alerts/rules/a.cc", '#include "alerts/lifecycle/b.h"\n')

    def test_an_include_along_the_direction(self):
        rules = [rule for _, _, rule in self.found("services/ingest/a.cc",
                                                   '#include "services/ingest/b.h"\n#include "domain/day.h"\n')]
        self.assertNotIn("include", rules)

    def test_a_folder_of_no_layer(self):
        self.expect("layer", 1, "elsewhere/a.cc", "\n")

    def test_a_library_where_it_may_not_be(self):
        self.expect("library", 1, "storage/fact_log.cc", "#include <rocksdb/db.h>\n")
        self.expect("library", 1, "alerts/rules/a.cc", "#include <grpcpp/grpcpp.h>\n")
        self.expect("library", 1, "storage/a.h", '#include "google/protobuf/message.h"\n')
        self.expect("library", 1, "domain/day.cc", "#include <absl/synchronization/mutex.h>\n")

    def test_a_concrete_class_outside_the_composition_root(self):
        self.expect("concrete", 1, "services/ingest/a.cc", "RocksdbKvStore* store;\n")

    def test_banned_words(self):
        for code in ("auto now = absl::Now();", "auto t = std::chrono::system_clock::now();", "std::random_device r;",
                     "std::this_thread::sleep_for(s);", "absl::Mutex mutex;", "std::mutex mutex;", "throw 1;",
                     "using namespace std;", "printf(text);", "void f(absl::string_view text);", "time(nullptr);"):
            with self.subTest(code):
                self.expect("banned", 2, "domain/day.cc", "\n" + code + "\n")

    def test_banned_words_in_comments_and_strings_are_no_code(self):
        self.assertEqual(self.found("domain/day.cc", '// throw\nconst char* k = "throw \\" throw"; /* sleep_for\n*/\n'), [])
        self.assertEqual(self.found("domain/day.cc", 'const char* k = R"x(throw " )" )x"; int i = 1\'000;\n'), [])

    def test_words_banned_in_every_file(self):
        self.expect("banned", 1, "domain/CMakeLists.txt", "vangnet_library(domain SRCS day.cc)  # TODO\n")
        self.expect("banned", 1, "domain/CMakeLists.txt", "set(x /home/somebody/x)  # SRCS day.cc\n")

    def test_whitespace(self):
        self.expect("whitespace", 1, "domain/day.cc", "int i;\t// one\n")
        self.expect("whitespace", 1, "domain/day.cc", "int i; \n")
        self.expect("whitespace", 1, "domain/day.cc", "int i;")

    def test_header_guard_and_opening(self):
        self.expect("guard", 1, "domain/day.h", CLEAN_HEADER.replace("DAY_H_", "DAYS_H_"))
        self.expect("header", 1, "domain/day.h", CLEAN_HEADER.replace("// Day is a civil day.\n", ""))

    def test_a_long_function(self):
        body = "  i = 1;\n" * 69
        for head in ("void Shorter(int i) {\n", "int Class::Method(const std::string& text,\n                  int i) const {\n",
                     "Class::Class() : member_{1} {\n"):
            with self.subTest(head):
                text = "namespace vangnet {\nclass A {\n public:\n" + head + body + "}\n};\n}  // namespace vangnet\n"
                self.expect("length", 4, "domain/day.cc", text.replace("i = 1;\n", "if (i) { i = 1; }\n", 1))

    def test_a_function_of_the_permitted_length(self):
        text = "void Long(int i) {\n" + "  i = 1;\n" * 68 + "}\n\nvoid Next() {\n" + "  i = 1;\n" * 68 + "}\n"
        self.assertEqual(self.found("domain/day.cc", text), [])

    def test_a_long_function_in_python_and_shell(self):
        script = "#!/usr/bin/env bash\nf() {\n" + "  true\n" * 70 + "}\n"
        self.expect("length", 2, "domain/script", script)
        self.expect("length", 1, "domain/a.py", "def f():\n" + "  pass\n" * 70)

    def test_a_long_file(self):
        self.expect("length", 701, "domain/day.cc", "\n" * 701)

    def test_a_source_that_is_not_built(self):
        self.expect("built", 1, "domain/night.cc", "\n")
        self.expect("built", 1, "domain/day_test.py", "\n")
        self.expect("built", 1, "domain/CMakeLists.txt", "vangnet_library(domain SRCS day.cc night.cc)\n")

    def test_a_source_that_is_only_named_in_a_comment(self):
        self.assertIn(("domain/day.cc", 1, "built"), self.found("domain/CMakeLists.txt", "# day.cc\n"))

    def test_a_folder_that_is_not_built(self):
        self.expect("built", 1, "storage/deep/CMakeLists.txt", "\n")
        self.expect("built", 1, "storage/missing/CMakeLists.txt", "\n")
        self.assertIn(("nowhere/CMakeLists.txt", 1, "built"), self.found("CMakeLists.txt", "add_subdirectory(nowhere)\n"))

    def test_a_test_program_that_nothing_runs(self):
        self.assertIn(("domain/CMakeLists.txt", 1, "built"),
                      self.found("domain/CMakeLists.txt", "vangnet_program(x SRCS day.cc x_test.cc)\n",
                                 **{"domain/x_test.cc": "\n"}))

    def test_the_map_of_the_readme(self):
        self.expect("readme", 1, "README.md", "`domain/` `services/`\n")
        self.expect("readme", 4, "README.md", clean_tree()["README.md"] + "see `domain/night.h`\n")


if __name__ == "__main__":
    unittest.main()
