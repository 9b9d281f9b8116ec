# Writes OUT, a C++ file with a function per text that returns it as std::string_view; HEADER declares them.
#   cmake -D OUT=x.cc -D HEADER=path/x.h -D TEXTS=NameText=file,OtherText=file -P embed_texts.cmake
set(code "#include \"${HEADER}\"\n\nnamespace vangnet {\n")
string(REPLACE "," ";" pairs "${TEXTS}")
foreach(pair IN LISTS pairs)
  string(REGEX MATCH "^([^=]+)=(.*)$" matched "${pair}")
  set(name "${CMAKE_MATCH_1}")
  file(READ "${CMAKE_MATCH_2}" text)
  string(APPEND code "\nstd::string_view ${name}() {\n  return R\"=textproto=(${text})=textproto=\";\n}\n")
endforeach()
file(WRITE "${OUT}" "${code}\n}  // namespace vangnet\n")
