# Every target of the project is made by vangnet_library, vangnet_program or vangnet_test: explicit sources, explicit
# dependencies, warnings as errors. Nothing is set for a whole directory.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(absl CONFIG REQUIRED)
find_package(Protobuf MODULE REQUIRED)  # Debian's protobuf has no CONFIG package; before gRPC, which looks for one.
find_package(gRPC CONFIG REQUIRED)
find_package(RocksDB CONFIG REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
find_package(GTest CONFIG REQUIRED)
find_package(benchmark CONFIG REQUIRED)
find_package(rapidcheck CONFIG REQUIRED)
find_library(VANGNET_JEMALLOC jemalloc REQUIRED)
find_library(VANGNET_XXHASH xxhash REQUIRED)

option(VANGNET_FUZZ "Build the libFuzzer targets (Clang only)" OFF)
set(VANGNET_SANITIZE "" CACHE STRING "Sanitizers for every target, such as address,undefined or thread")
# Headers and the code of their templates cost more to compile than our own code, and with sanitizers three times as
# much. Whoever works in one folder for long has each file compiled by itself with -DVANGNET_UNITY=OFF; linters always do.
option(VANGNET_UNITY "Compile the sources of a library eight at a time" ON)

find_program(VANGNET_CCACHE ccache)
if(VANGNET_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # A hit in another clone too: paths below the project do not count. The sloppiness is what precompiled headers need.
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros ${VANGNET_CCACHE})
endif()
find_program(VANGNET_MOLD mold)

add_library(vangnet_options INTERFACE)
target_include_directories(vangnet_options INTERFACE ${PROJECT_SOURCE_DIR})
# -Wrestrict: GCC 12 warns falsely of "x" + std::string. -Wno-psabi: notes about an ABI change of GCC 10.
# -pthread everywhere, for it defines a macro, and a precompiled header is of one set of macros.
target_compile_options(vangnet_options INTERFACE -pthread -Wall -Wextra -Wnon-virtual-dtor -Werror -Wno-psabi
                       $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict> $<$<CXX_COMPILER_ID:GNU>:-Wshadow=local>)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  target_compile_options(vangnet_options INTERFACE -Wthread-safety)
endif()
if(VANGNET_MOLD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT VANGNET_SANITIZE)
  target_link_options(vangnet_options INTERFACE -fuse-ld=mold)
endif()
if(VANGNET_SANITIZE)
  target_compile_options(vangnet_options INTERFACE -fsanitize=${VANGNET_SANITIZE} -fno-omit-frame-pointer)
  if(NOT VANGNET_SANITIZE STREQUAL "thread")
    target_compile_options(vangnet_options INTERFACE -fno-sanitize-recover=all)
  endif()
  target_link_options(vangnet_options INTERFACE -fsanitize=${VANGNET_SANITIZE})
endif()
if(VANGNET_FUZZ)
  # Lets libFuzzer see which branches an input takes.
  target_compile_options(vangnet_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

# What vangnetd allocates with: many small objects on many threads, where glibc spends a tenth of the server's time
# (tests/bench/README.md). Sanitizers bring their own.
add_library(vangnet_allocator INTERFACE)
add_library(vangnet::allocator ALIAS vangnet_allocator)
if(NOT VANGNET_SANITIZE)
  target_link_libraries(vangnet_allocator INTERFACE ${VANGNET_JEMALLOC})
endif()

# vangnet_library(domain SRCS day.cc ... DEPS vangnet::x absl::y): a static library vangnet_domain, alias vangnet::domain.
function(vangnet_library name)
  cmake_parse_arguments(arg "" "" "SRCS;DEPS" ${ARGN})
  add_library(vangnet_${name} STATIC ${arg_SRCS})
  add_library(vangnet::${name} ALIAS vangnet_${name})
  target_link_libraries(vangnet_${name} PUBLIC vangnet_options ${arg_DEPS})
  if(VANGNET_UNITY)
    set_target_properties(vangnet_${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
    # GCC takes a class of a source that has a member of the source's unnamed namespace for one of a header. And it inlines
    # less in what it calls a large unit: without the limit reading and storing a record took 15 % more (tests/costs).
    target_compile_options(vangnet_${name} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>
                           $<$<CXX_COMPILER_ID:GNU>:--param=large-unit-insns=100000>)
  endif()
endfunction()

# vangnet_program(vangnetd SRCS ... DEPS ...)
function(vangnet_program name)
  cmake_parse_arguments(arg "" "" "SRCS;DEPS" ${ARGN})
  add_executable(${name} ${arg_SRCS})
  target_link_libraries(${name} PRIVATE vangnet_options ${arg_DEPS})
endfunction()

# vangnet_embed_texts(VARIABLE path/header.h NameText file ...): a generated source in VARIABLE, which defines the
# functions that the header declares; each returns the text of its file, named from the root of the project.
function(vangnet_embed_texts variable header)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${variable}.cc)
  set(script ${PROJECT_SOURCE_DIR}/cmake/embed_texts.cmake)
  set(texts)
  set(files)
  while(ARGN)
    list(POP_FRONT ARGN name file)
    list(APPEND texts ${name}=${PROJECT_SOURCE_DIR}/${file})
    list(APPEND files ${PROJECT_SOURCE_DIR}/${file})
  endwhile()
  list(JOIN texts "," texts)
  add_custom_command(
    OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -D OUT=${out} -D HEADER=${header} -D TEXTS=${texts} -P ${script}
    DEPENDS ${files} ${script}
    VERBATIM)
  set(${variable} ${out} PARENT_SCOPE)
endfunction()

# What is set for the sources of every test. Half of the time to compile without -O2; libraries keep it. UBSan's checks of
# each pointer are a third of the time to compile a test. The libraries keep them; of the test's own sources
# AddressSanitizer sees a pointer that leads nowhere, and nobody sees one that is only misaligned.
add_library(vangnet_test_options INTERFACE)
target_link_libraries(vangnet_test_options INTERFACE vangnet_options GTest::gmock GTest::gtest_main)
target_compile_options(vangnet_test_options INTERFACE $<$<CONFIG:Release>:-Og>
                       $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)  # For ccache, which looks into the headers by it.
if(VANGNET_SANITIZE MATCHES undefined)
  target_compile_options(vangnet_test_options INTERFACE -fno-sanitize=null,alignment,object-size,vptr)
endif()

# GoogleTest and what tests include most, compiled once for all of them: a quarter of the time to compile a test.
file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/test_headers.cc CONTENT "// Only there to have its headers compiled.\n")
add_library(vangnet_test_headers OBJECT ${CMAKE_BINARY_DIR}/test_headers.cc)
target_link_libraries(vangnet_test_headers PRIVATE vangnet_test_options)
target_precompile_headers(vangnet_test_headers PRIVATE <algorithm> <filesystem> <fstream> <functional> <map> <memory>
                          <optional> <random> <set> <sstream> <string> <string_view> <thread> <utility> <variant> <vector>
                          <gmock/gmock.h> <gtest/gtest.h>)

# vangnet_test(day_test SRCS day_test.cc DEPS ... [LABELS slow] [TIMEOUT seconds]): a GoogleTest program and its ctest.
# The time is that of a release: sanitizers get four times as much, for ThreadSanitizer takes up to twenty times as long.
function(vangnet_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SRCS;DEPS;LABELS" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  if(VANGNET_SANITIZE)
    math(EXPR arg_TIMEOUT "4 * ${arg_TIMEOUT}")
  endif()
  add_executable(${name} ${arg_SRCS})
  target_link_libraries(${name} PRIVATE ${arg_DEPS} vangnet_test_options)
  target_precompile_headers(${name} REUSE_FROM vangnet_test_headers)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}")
endfunction()
