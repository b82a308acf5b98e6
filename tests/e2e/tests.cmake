# SPDX-License-Identifier: Apache-2.0
# One ctest entry for each scenario in tests/e2e/test_*.py, and one for the demo. They need root.
find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)
set(e2e ${CMAKE_CURRENT_LIST_DIR})

file(GLOB e2e_sources CONFIGURE_DEPENDS ${e2e}/*.py)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${e2e_sources})
execute_process(COMMAND ${Python3_EXECUTABLE} ${e2e}/run.py
                OUTPUT_VARIABLE e2e_scenarios OUTPUT_STRIP_TRAILING_WHITESPACE
                COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "\n" ";" e2e_scenarios "${e2e_scenarios}")

function(sipward_e2e_test name)
  add_test(NAME e2e.${name} COMMAND ${Python3_EXECUTABLE} ${ARGN})
  # Labs do not touch each other; one at a time keeps small machines from running out of patience.
  set_tests_properties(e2e.${name} PROPERTIES
                       LABELS e2e TIMEOUT 180 RESOURCE_LOCK sipward_lab)
endfunction()

foreach(scenario IN LISTS e2e_scenarios)
  sipward_e2e_test(${scenario} ${e2e}/run.py --build ${PROJECT_BINARY_DIR} ${scenario})
endforeach()
sipward_e2e_test(demo ${e2e}/demo.py --build ${PROJECT_BINARY_DIR})
