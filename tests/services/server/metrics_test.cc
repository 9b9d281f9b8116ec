#include "services/server/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>

#include <chrono>
#include <future>
#include <string>

namespace vangnet {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string Text(const Metrics& metrics) { return prometheus::TextSerializer().Serialize(metrics.Collect()); }

TEST(SmallCellsTest, CellsBelowFiveArePutTogether) {
  const OpenAlertCells cells = {{{"a", "x"}, 4}, {{"a", "y"}, 5}, {{"b", "x"}, 1}};
  const OpenAlertCells shown = WithoutSmallCells(cells, 5);
  EXPECT_EQ(shown, (OpenAlertCells{{{"a", "y"}, 5}, {{"other", "other"}, 5}}));
}

TEST(SmallCellsTest, WhatIsSmallEvenTogetherIsLeftOut) {
  EXPECT_EQ(WithoutSmallCells({{{"a", "x"}, 3}, {{"b", "x"}, 1}, {{"c", "x"}, 9}}, 5),
            (OpenAlertCells{{{"c", "x"}, 9}}));
  EXPECT_EQ(WithoutSmallCells({}, 5), OpenAlertCells());
}

TEST(MetricsTest, ACellThatBecomesSmallIsShownNoLonger) {
  Metrics metrics;
  uint64_t count = 5;
  metrics.SetReader([&] { return Metrics::Reading{.open_alerts = {{{"no-placement", "open"}, count}}}; });
  EXPECT_THAT(Text(metrics), HasSubstr("vangnet_open_alerts{rule=\"no-placement\",stage=\"open\"} 5"));
  count = 4;
  EXPECT_THAT(Text(metrics), Not(HasSubstr("vangnet_open_alerts{")));
  count = 6;
  EXPECT_THAT(Text(metrics), HasSubstr("vangnet_open_alerts{rule=\"no-placement\",stage=\"open\"} 6"));
}

// The committer and every new call waited for each scrape, and with it for the database.
TEST(MetricsTest, CountingDoesNotWaitForAScrape) {
  Metrics metrics;
  std::future<void> counting;
  bool counted = false;
  metrics.SetReader([&] {
    counting = std::async(std::launch::async, [&] {
      metrics.CountOutcomes("las-1", {.accepted = 1});
      metrics.MethodOf("/vangnet.v1.AlertService/ListAlerts", "unary").Started();
    });
    counted = counting.wait_for(std::chrono::seconds(20)) == std::future_status::ready;
    return Metrics::Reading();
  });
  EXPECT_THAT(Text(metrics), HasSubstr("{outcome=\"accepted\",source=\"las-1\"} 1"));
  EXPECT_TRUE(counted);
}

TEST(MetricsTest, SourcesBeyondTheLimitAreCountedTogether) {
  Metrics metrics;
  for (size_t i = 0; i < Metrics::kSourcesMax; ++i) metrics.CountOutcomes("las-" + std::to_string(i), {.accepted = 1});
  metrics.CountOutcomes("one-more", {.accepted = 2});
  metrics.CountOutcomes("and-one", {.accepted = 3});
  metrics.CountOutcomes("las-0", {.accepted = 4});
  const std::string text = Text(metrics);
  EXPECT_THAT(text, HasSubstr("{outcome=\"accepted\",source=\"las-0\"} 5"));
  EXPECT_THAT(text, HasSubstr("{outcome=\"accepted\",source=\"other\"} 5"));
  EXPECT_THAT(text, HasSubstr("{outcome=\"rejected\",source=\"las-0\"} 0")) << "shown before there is one";
  EXPECT_THAT(text, Not(HasSubstr("one-more")));
}

// Whoever invented names had each of them kept for good, and shown as labels.
TEST(MetricsTest, MethodsThatAreNotServedAreCountedTogether) {
  Metrics metrics;
  const char* served = "/vangnet.v1.AlertService/ListAlerts";
  EXPECT_EQ(&metrics.MethodOf(served, "unary"), &metrics.MethodOf("child-1", "bidi_stream")) << "nothing is served yet";
  metrics.ServeMethods({served});
  metrics.MethodOf(served, "unary").Started();
  for (const char* invented : {"/vangnet.v1.AlertService/child-2", "/child-3/ListAlerts", "/", "", "child-4"}) {
    Metrics::Method& method = metrics.MethodOf(invented, "bidi_stream");
    method.Started();
    method.Handled(12, absl::Seconds(1));
  }
  const std::string text = Text(metrics);
  EXPECT_THAT(text, HasSubstr("started_total{grpc_method=\"ListAlerts\",grpc_service=\"vangnet.v1.AlertService\","
                              "grpc_type=\"unary\"} 1"));
  EXPECT_THAT(text, HasSubstr("handled_total{grpc_code=\"Unimplemented\",grpc_method=\"other\",grpc_service=\"other\","
                              "grpc_type=\"other\"} 5"));
  EXPECT_THAT(text, Not(HasSubstr("child-")));
}

}  // namespace
}  // namespace vangnet
