// The CSV reader, day formats and mappings.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/formats/csv_mapping.h"
#include "cli/formats/csv_reader.h"
#include "cli/formats/csv_source.h"
#include "cli/formats/day_format.h"
#include "tests/cli/text_file.h"

namespace vangnet {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using vangnet_testing::TextFile;

std::vector<CsvRow> ReadRows(const std::string& text) {
  const TextFile file("rows.csv", text);
  absl::StatusOr<LineReader> lines = LineReader::Open(file.path());
  EXPECT_TRUE(lines.ok()) << lines.status();
  CsvReader reader(*std::move(lines), ',');
  std::vector<CsvRow> rows;
  for (CsvRow row; reader.Next(&row);) rows.push_back(row);
  EXPECT_TRUE(reader.status().ok()) << reader.status();
  return rows;
}

TEST(CsvReaderTest, ReadsQuotesLineEndsAndAByteOrderMark) {
  const std::vector<CsvRow> rows = ReadRows(
      "\xef\xbb\xbf"
      "a,b\r\n\"1, 2\",\"say \"\"x\"\"\"\r\n\r\n\"two\nlines\",\r\nlast,");
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_THAT(rows[0].cells, ElementsAre("a", "b"));
  EXPECT_THAT(rows[1].cells, ElementsAre("1, 2", "say \"x\""));
  EXPECT_THAT(rows[2].cells, ElementsAre("two\nlines", ""));
  EXPECT_EQ(rows[2].line, 4);
  EXPECT_THAT(rows[3].cells, ElementsAre("last", ""));
  EXPECT_EQ(rows[3].line, 6);
}

TEST(CsvReaderTest, TellsMalformedRowsAndGoesOnBehindThem) {
  const std::vector<CsvRow> rows = ReadRows("a\"b,c\n\"x\"y,z\ngood,row\n\"never closed\n");
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_NE(rows[0].problem, "");
  EXPECT_NE(rows[1].problem, "");
  EXPECT_EQ(rows[2].problem, "");
  EXPECT_THAT(rows[2].cells, ElementsAre("good", "row"));
  EXPECT_THAT(rows[3].problem, HasSubstr("never closed"));
}

TEST(DayFormatTest, ReadsDaysInManyWays) {
  EXPECT_EQ(DayFormat::Create("D/M/YYYY")->Parse("1/9/2026"), Day(2026, 9, 1));
  EXPECT_EQ(DayFormat::Create("M/D/YYYY")->Parse("01/09/2026"), Day(2026, 1, 9));
  EXPECT_EQ(DayFormat::Create("YYYYMMDD")->Parse("20260901"), Day(2026, 9, 1));
  EXPECT_EQ(DayFormat::Create("DD-MM-YYYY")->Parse("1-9-2026"), std::nullopt);
  EXPECT_EQ(DayFormat::Create("D/M/YYYY")->Parse("31/9/2026"), std::nullopt);
  EXPECT_EQ(DayFormat::Create("D/M/YYYY")->Parse("1/9/2026 "), std::nullopt);
  EXPECT_EQ(DayFormat::Create("D/M/YYYY")->Parse("1/9/26"), std::nullopt);
}

TEST(DayFormatTest, RefusesPatternsThatAreNone) {
  for (const char* pattern : {"", "YYYY-MM", "YY-M-D", "D/D/YYYY", "YYYY-MM-DDThh"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(DayFormat::Create(pattern).status())) << pattern;
  }
}

constexpr char kMapping[] = R"(
source: "csv"
day_formats: "D/M/YYYY"
day_formats: "M/D/YYYY"
skip { column: "code" is: "P" is: "" }
require { column: "whole" is: "yes" }
fields { field: "record_id" text: "att-{id}-{day}" }
fields { field: "revision" text: "{rev}" }
fields { field: "student" text: "s-{pupil}" }
fields { field: "absence.school" text: "12AB00" }
fields { field: "absence.category" text: "{code}"
         values { from: "Z" to: "ABSENCE_CATEGORY_SICK" } values { from: "S" to: "ABSENCE_CATEGORY_TRUANT" } }
fields { field: "absence.authorised" text: "AUTHORISED_UNKNOWN" }
fields { field: "absence.days.first_day" text: "{day}" day: true }
)";

CompiledCsvMapping BoundMapping() {
  absl::StatusOr<CompiledCsvMapping> mapping = CompiledCsvMapping::Create("m", kMapping);
  EXPECT_TRUE(mapping.ok()) << mapping.status();
  EXPECT_TRUE(mapping->Bind({"id", "pupil", "day", "code", "whole", "rev"}).ok());
  return *std::move(mapping);
}

UnreadableRecord ProblemOf(const CompiledCsvMapping& mapping, const std::vector<std::string>& cells) {
  const CompiledCsvMapping::Result result = mapping.Map(cells, "");
  const auto* problem = result ? std::get_if<UnreadableRecord>(&*result) : nullptr;
  return problem == nullptr ? UnreadableRecord{"none", "", ""} : *problem;
}

std::string ReasonOf(const std::vector<std::string>& cells) {
  const CompiledCsvMapping::Result result = BoundMapping().Map(cells, "");
  if (!result) return "skipped";
  const auto* problem = std::get_if<UnreadableRecord>(&*result);
  return problem == nullptr ? "mapped" : problem->reason;
}

TEST(CsvMappingTest, MakesARecordOfARow) {
  const CompiledCsvMapping::Result result = BoundMapping().Map({"7", " 12 ", "21/9/2026", "Z", "yes", "3"}, "");
  ASSERT_TRUE(result.has_value());
  const auto* record = std::get_if<v1::Record>(&*result);
  ASSERT_NE(record, nullptr) << std::get<UnreadableRecord>(*result).reason;
  EXPECT_EQ(record->source(), "csv");
  EXPECT_EQ(record->record_id(), "att-7-21/9/2026");
  EXPECT_EQ(record->revision(), 3u);
  EXPECT_EQ(record->student(), "s-12");
  EXPECT_EQ(record->absence().category(), v1::ABSENCE_CATEGORY_SICK);
  EXPECT_EQ(record->absence().days().first_day(), "2026-09-21");
  EXPECT_EQ(record->absence().days().last_day(), "");
}

TEST(CsvMappingTest, TheCallersSourceGoesBeforeTheMappings) {
  const CompiledCsvMapping::Result result = BoundMapping().Map({"7", "12", "21/9/2026", "Z", "yes", "3"}, "las-9");
  EXPECT_EQ(std::get<v1::Record>(*result).source(), "las-9");
}

TEST(CsvMappingTest, RefusesEachRowForItsOwnReason) {
  EXPECT_EQ(ReasonOf({"7", "12", "21/9/2026", "Z", "yes", "3"}), "mapped");
  EXPECT_EQ(ReasonOf({"7", "12", "21/9/2026", "P", "no", "3"}), "skipped");
  EXPECT_EQ(ReasonOf({"7", "12", "21/9/2026", "", "no", "3"}), "skipped");
  EXPECT_EQ(ReasonOf({"7", "12", "21/9/2026", "Z"}), "WRONG_COLUMN_COUNT");
  EXPECT_EQ(ReasonOf({"7", "12", "21/9/2026", "Z", "no", "3"}), "UNEXPECTED_VALUE");
  EXPECT_EQ(ReasonOf({"7", "12", "21/9/2026", "Q", "yes", "3"}), "UNKNOWN_VALUE");
  EXPECT_EQ(ReasonOf({"7", "12", "2026-09-21", "Z", "yes", "3"}), "MALFORMED_DAY");
  EXPECT_EQ(ReasonOf({"7", "12", "31/9/2026", "Z", "yes", "3"}), "MALFORMED_DAY");
  EXPECT_EQ(ReasonOf({"7", "12", "2/9/2026", "Z", "yes", "3"}), "AMBIGUOUS_DAY");
  EXPECT_EQ(ReasonOf({"7", "12", "9/9/2026", "Z", "yes", "3"}), "mapped") << "9 September either way";
  EXPECT_EQ(ReasonOf({"7", "12", "21/9/2026", "Z", "yes", "three"}), "MALFORMED_NUMBER");
}

// Regression: without its column "att-{id}" was "att-", and different rows were revisions of one record.
TEST(CsvMappingTest, RefusesARowWithoutWhatItsRecordIsKnownBy) {
  const CompiledCsvMapping mapping = BoundMapping();
  const auto refused = [&mapping](const std::vector<std::string>& cells) {
    const UnreadableRecord problem = ProblemOf(mapping, cells);
    return problem.reason + " " + problem.field + ": " + problem.description;
  };
  EXPECT_EQ(refused({"", "12", "21/9/2026", "Z", "yes", "3"}), "REQUIRED record_id: the column id is empty");
  EXPECT_EQ(refused({"7", " ", "21/9/2026", "Z", "yes", "3"}), "REQUIRED student: the column pupil is empty");
  EXPECT_EQ(refused({"7", "12", "21/9/2026", "Z", "yes", ""}), "REQUIRED revision: the column rev is empty");

  absl::StatusOr<CompiledCsvMapping> others = CompiledCsvMapping::Create("m", R"(columns: "a" columns: "b"
              fields { field: "source" text: "las-{a}" }
              fields { field: "revision" text: "{b}" values { from: "" to: "1" } values { from: "x" to: "2" } }
              fields { field: "same_student.other" text: "s-{b}" })");
  ASSERT_TRUE(others.ok()) << others.status();
  EXPECT_EQ(ProblemOf(*others, {"", "x"}).field, "source");
  EXPECT_EQ(ProblemOf(*others, {"1", ""}).field, "same_student.other") << "the mapping says what no revision means";
  EXPECT_EQ(ProblemOf(*others, {"1", "x"}).reason, "none");
}

// Regression: protobuf wrote an error of its own to standard error beside the refusal.
TEST(CsvMappingTest, RefusesTextThatIsNotUtf8) {
  const UnreadableRecord problem = ProblemOf(BoundMapping(), {"7", "Ren\xe9", "21/9/2026", "Z", "yes", "3"});
  EXPECT_EQ(problem.reason, "INVALID_UTF8");
  EXPECT_EQ(problem.field, "student");
  EXPECT_EQ(ReasonOf({"7", "Ren\xc3\xa9", "21/9/2026", "Z", "yes", "3"}), "mapped");
}

TEST(CsvMappingTest, TellsAllThatIsWrongWithAMapping) {
  const absl::StatusOr<CompiledCsvMapping> mapping =
      CompiledCsvMapping::Create("m.textproto", R"(day_formats: "YY" delimiter: "::"
                                                    fields { field: "absence.nothing" text: "" }
                                                    fields { field: "absence" text: "" }
                                                    fields { field: "student" text: "{open" })");
  ASSERT_TRUE(absl::IsInvalidArgument(mapping.status()));
  const std::string message(mapping.status().message());
  for (const char* part :
       {"m.textproto: delimiter", "day_formats: \"YY\"", "absence.nothing: ", "absence: ", "{open"}) {
    EXPECT_THAT(message, HasSubstr(part));
  }
  EXPECT_THAT(std::string(CompiledCsvMapping::Create("m.textproto", "\n  bogus: 1").status().message()),
              HasSubstr("m.textproto:2:"));
}

TEST(CsvMappingTest, TellsColumnsThatTheFileDoesNotHave) {
  absl::StatusOr<CompiledCsvMapping> mapping = CompiledCsvMapping::Create("m", kMapping);
  EXPECT_THAT(std::string(mapping->Bind({"id", "day", "code", "whole"}).message()), HasSubstr("pupil"));
}

TEST(CsvMappingTest, RefusesAHeaderInWhichAColumnThatItReadsStandsTwice) {
  absl::StatusOr<CompiledCsvMapping> mapping = CompiledCsvMapping::Create("m", kMapping);
  EXPECT_EQ(mapping->Bind({"id", "pupil", "day", "code", "whole", "rev", "day ", "code"}).message(),
            "the file has more than one column code, day");
  EXPECT_TRUE(mapping->Bind({"id", "pupil", "day", "code", "whole", "rev", "", "", "x", "x"}).ok())
      << "columns that nobody reads";
}

// Regression: only the first line of what a stray quote swallowed was told.
TEST(CsvSourceTest, TellsAllLinesThatAStrayQuoteSwallowed) {
  const TextFile file("stray.csv",
                      "id,pupil,day,code,whole,rev\n"
                      "1,\"12,21/9/2026,Z,yes,1\n2,13,21/9/2026,Z,yes,1\n3,\"14,21/9/2026,Z,yes,1\n"
                      "4,15,21/9/2026,Z,yes,1\n"
                      "5,\"16,21/9/2026,Z,yes,1\n6,17\",21/9/2026,Z\n"
                      "7,\"18,21/9/2026,Z,yes,1\n8,19,21/9/2026,Z,yes,1\n");
  absl::StatusOr<CompiledCsvMapping> mapping = CompiledCsvMapping::Create("m", kMapping);
  absl::StatusOr<LineReader> lines = LineReader::Open(file.path());
  absl::StatusOr<std::unique_ptr<CsvSource>> source = CsvSource::Create(*std::move(lines), *std::move(mapping), "", 0);
  ASSERT_TRUE(source.ok()) << source.status();
  const std::vector<SourcedRecord> records = *(*source)->NextBlock();
  ASSERT_EQ(records.size(), 4u);
  const auto description = [&](size_t i) { return std::get<UnreadableRecord>(records[i].record).description; };
  EXPECT_THAT(description(0), EndsWith("; the row is lines 2 through 4, which a quote joins"));
  EXPECT_EQ(std::get<v1::Record>(records[1].record).record_id(), "att-4-21/9/2026");
  EXPECT_THAT(description(2), EndsWith("; the row is lines 6 through 7, which a quote joins"));
  EXPECT_THAT(description(3), EndsWith("; the row is lines 8 through 9, which a quote joins"));
}

TEST(CsvSourceTest, TellsWhatIsWrongWithTheHeader) {
  const TextFile file("header.csv", "id,\"pupil\n1,2\n");
  absl::StatusOr<CompiledCsvMapping> mapping = CompiledCsvMapping::Create("m", kMapping);
  absl::StatusOr<LineReader> lines = LineReader::Open(file.path());
  EXPECT_EQ(CsvSource::Create(*std::move(lines), *std::move(mapping), "", 0).status().message(),
            "the header: a quoted cell is never closed; the row is lines 1 through 2, which a quote joins");
}

std::vector<SourcedRecord> ReadSample(const std::string& mapping_name, const std::string& file) {
  absl::StatusOr<std::string> text =
      ReadWholeFile(std::string(VANGNET_ROOT) + "/deploy/config/mappings/" + mapping_name);
  EXPECT_TRUE(text.ok()) << text.status();
  absl::StatusOr<CompiledCsvMapping> mapping = CompiledCsvMapping::Create(mapping_name, *text);
  EXPECT_TRUE(mapping.ok()) << mapping.status();
  absl::StatusOr<LineReader> lines = LineReader::Open(std::string(VANGNET_ROOT) + "/tests/cli/testdata/" + file);
  EXPECT_TRUE(lines.ok()) << lines.status();
  absl::StatusOr<std::unique_ptr<CsvSource>> source = CsvSource::Create(*std::move(lines), *std::move(mapping), "", 0);
  EXPECT_TRUE(source.ok()) << source.status();
  return *(*source)->NextBlock();
}

TEST(CsvSourceTest, MapsAttendanceOfTheContosoExport) {
  const std::vector<SourcedRecord> records = ReadSample("contoso-attendance.textproto", "attendance.csv");
  ASSERT_EQ(records.size(), 5u) << "the row of a pupil who was present says nothing";
  EXPECT_EQ(std::get<v1::Record>(records[0].record).student(), "made-up-02");
  EXPECT_EQ(std::get<v1::Record>(records[0].record).absence().days().last_day(), "2022-01-10");
  EXPECT_EQ(records[1].line, 4);
  EXPECT_EQ(std::get<UnreadableRecord>(records[1].record).reason, "MALFORMED_DAY");
  EXPECT_EQ(std::get<v1::Record>(records[2].record).student(), "made-up-04");
  EXPECT_EQ(std::get<UnreadableRecord>(records[3].record).reason, "UNEXPECTED_VALUE");
  EXPECT_EQ(std::get<UnreadableRecord>(records[4].record).reason, "WRONG_COLUMN_COUNT");
}

TEST(CsvSourceTest, MapsPlacementsOfTheContosoExportWithSwappedColumns) {
  const std::vector<SourcedRecord> records = ReadSample("contoso-placements.textproto", "placements.csv");
  ASSERT_EQ(records.size(), 2u) << "no header: the first row is one";
  const v1::Placement& placement = std::get<v1::Record>(records[0].record).placement();
  EXPECT_EQ(placement.first_day(), "2022-01-01");
  EXPECT_EQ(placement.last_day(), "2022-06-03");
  EXPECT_EQ(placement.kind(), v1::PLACEMENT_KIND_VO);
}

}  // namespace
}  // namespace vangnet
