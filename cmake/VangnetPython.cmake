# Tests in Python that drive the real programs: Debian's Python gRPC, stubs generated into the build. Without
# python3-grpcio they are not there, and configuring says so; tests/run installs it.
# Debian's own Python: another one on the path does not see python3-grpcio.
find_program(VANGNET_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED)
find_program(VANGNET_GRPC_PYTHON_PLUGIN grpc_python_plugin)
execute_process(COMMAND ${VANGNET_PYTHON} -c "import grpc, google.protobuf" RESULT_VARIABLE no_python_grpc
                OUTPUT_QUIET ERROR_QUIET)
if(no_python_grpc OR NOT VANGNET_GRPC_PYTHON_PLUGIN)
  set(VANGNET_PYTHON_TESTS OFF)
  message(STATUS "python3-grpcio or grpc_python_plugin is missing: no end-to-end and no crash tests")
else()
  set(VANGNET_PYTHON_TESTS ON)
endif()

# vangnet_python_stubs(): the target vangnet_python, the messages and services of vangnet.v1 as Python modules.
function(vangnet_python_stubs)
  set(stubs ${CMAKE_BINARY_DIR}/python)
  file(MAKE_DIRECTORY ${stubs})
  set(files)
  foreach(file calendar record finding alert ingest_service alert_service student_service school_service
                 policy_service maintenance_service)
    add_custom_command(
      OUTPUT ${stubs}/vangnet/v1/${file}_pb2.py ${stubs}/vangnet/v1/${file}_pb2_grpc.py
      COMMAND protobuf::protoc -I ${PROJECT_SOURCE_DIR}/proto -I ${Protobuf_INCLUDE_DIRS} --python_out=${stubs}
              --grpc_out=${stubs} --plugin=protoc-gen-grpc=${VANGNET_GRPC_PYTHON_PLUGIN} vangnet/v1/${file}.proto
      DEPENDS ${PROJECT_SOURCE_DIR}/proto/vangnet/v1/${file}.proto
      WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}/proto)
    list(APPEND files ${stubs}/vangnet/v1/${file}_pb2.py)
  endforeach()
  add_custom_target(vangnet_python ALL DEPENDS ${files})
endfunction()

# vangnet_python_test(NAME FILE test.py [ARGUMENTS ...] LABELS e2e TIMEOUT seconds): a ctest that finds the programs
# and files it needs in its environment.
function(vangnet_python_test name)
  cmake_parse_arguments(arg "" "FILE;TIMEOUT" "ARGUMENTS;LABELS" ${ARGN})
  add_test(NAME ${name} COMMAND ${VANGNET_PYTHON} ${CMAKE_CURRENT_SOURCE_DIR}/${arg_FILE} ${arg_ARGUMENTS})
  set(environment
      PYTHONPATH=${CMAKE_BINARY_DIR}/python:${PROJECT_SOURCE_DIR}/tests/testing/python
      PYTHONDONTWRITEBYTECODE=1
      VANGNETD=$<TARGET_FILE:vangnetd>
      VANGNET=$<TARGET_FILE:vangnet>
      VANGNET_REGION=${PROJECT_SOURCE_DIR}/deploy/config/region-meierij.textproto
      VANGNET_POLICY=${PROJECT_SOURCE_DIR}/deploy/config/policy-default.textproto
      VANGNET_TOOLS=${PROJECT_SOURCE_DIR}/build/tools)
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT} ENVIRONMENT "${environment}")
endfunction()
