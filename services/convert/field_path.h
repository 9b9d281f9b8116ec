// FieldPath names a field from the root of a message, such as `school_calendar.timetables[1].sessions[0].from`.
//
// A chain on the stack: costs nothing until it is written out. A path must not outlive its parent.
#ifndef VANGNET_SERVICES_CONVERT_FIELD_PATH_H_
#define VANGNET_SERVICES_CONVERT_FIELD_PATH_H_

#include <string>

namespace vangnet {

struct FieldPath {
  const FieldPath* parent = nullptr;  // null: a field of the root
  const char* name = "";              // as in the .proto file; "" is the root itself
  int index = -1;                     // within a repeated field; -1: not repeated

  // A field of the message at this path.
  FieldPath Sub(const char* field, int field_index = -1) const { return {this, field, field_index}; }
  std::string ToString() const;
};

}  // namespace vangnet

#endif  // VANGNET_SERVICES_CONVERT_FIELD_PATH_H_
