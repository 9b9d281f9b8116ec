// FoldRegion folds the records of a whole region into what is known of each child and school.
#ifndef VANGNET_CLI_REGION_FACTS_H_
#define VANGNET_CLI_REGION_FACTS_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "alerts/rules/school_book.h"
#include "alerts/rules/school_roll.h"
#include "domain/day.h"
#include "domain/record.h"
#include "domain/student_history.h"

namespace vangnet {

struct RegionFacts {
  std::vector<StudentHistory> children;  // ascending by the smallest key of each
  SchoolBook::Facts schools;             // those that sent any
};

// Versions of records in any order. Cost: works on all cores.
RegionFacts FoldRegion(std::vector<Record> records);

// The roll of every school that is the school of a child on one of `days`.
std::map<std::string, SchoolRoll> MakeRolls(const std::vector<StudentHistory>& children, const DayInterval& days);

}  // namespace vangnet

#endif  // VANGNET_CLI_REGION_FACTS_H_
