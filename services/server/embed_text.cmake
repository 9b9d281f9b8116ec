# Writes OUT, a C++ file that holds the texts of REGION and POLICY: cmake -D OUT=... -D REGION=... -D POLICY=... -P
file(READ ${REGION} region)
file(READ ${POLICY} policy)
file(WRITE ${OUT} "#include \"services/server/sample_configuration.h\"

namespace vangnet {

std::string_view SampleRegionText() {
  return R\"=textproto=(${region})=textproto=\";
}

std::string_view DefaultPolicyText() {
  return R\"=textproto=(${policy})=textproto=\";
}

}  // namespace vangnet
")
