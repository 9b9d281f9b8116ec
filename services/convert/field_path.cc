#include "services/convert/field_path.h"

namespace vangnet {

std::string FieldPath::ToString() const {
  std::string text = parent == nullptr ? "" : parent->ToString();
  if (!text.empty() && name[0] != '\0') text += '.';
  text += name;
  if (index >= 0) {
    text += '[';
    text += std::to_string(index);
    text += ']';
  }
  return text;
}

}  // namespace vangnet
