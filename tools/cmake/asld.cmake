# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
#
# What every room's CMakeLists.txt uses: asld_library, asld_program, asld_test, asld_script_test and
# asld_fuzz, with our warnings. Labels let tools/dev pick tests; see tests/README.md.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow=local -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # Wshadow=local is GCC's spelling; designated initialisers may leave fields to their defaults.
  add_compile_options(-Wno-unknown-warning-option -Wno-c99-designator)
endif()
if(ASLD_WERROR)
  add_compile_options(-Werror)
endif()
set(ASLD_PYTHON /usr/bin/python3)  # Debian's, which has the gRPC packages; another may be first on PATH

# Everything that a thread-sanitizer build can run: Debian's gRPC is not instrumented.
add_custom_target(tests_without_grpc)

# asld_library(NAME SOURCES a.cc … [PUBLIC libs…] [PRIVATE libs…])
function(asld_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_compile_features(${name} PUBLIC cxx_std_20)
  target_link_libraries(${name} PUBLIC ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
endfunction()

# asld_program(NAME SOURCES a.cc … LIBS libs…)
function(asld_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_LIBS})
endfunction()

# Sets `out` to TRUE when `target` links gRPC, directly or through others. Sees what was declared so far, which
# is everything because the rooms come in dependency order.
function(asld_links_grpc target out)
  set(todo ${target})
  set(seen "")
  set(${out} FALSE PARENT_SCOPE)
  while(NOT todo STREQUAL "")
    list(POP_FRONT todo next)
    if(next MATCHES "[gG][rR][pP][cC]")
      set(${out} TRUE PARENT_SCOPE)
      return()
    endif()
    if(TARGET ${next} AND NOT next IN_LIST seen)
      list(APPEND seen ${next})
      foreach(property LINK_LIBRARIES INTERFACE_LINK_LIBRARIES)
        get_target_property(libraries ${next} ${property})
        if(libraries)
          string(REGEX REPLACE "\\$<LINK_ONLY:([^>]*)>" "\\1" libraries "${libraries}")
          list(APPEND todo ${libraries})
        endif()
      endforeach()
    endif()
  endwhile()
endfunction()

# Sets labels and time limit of test `name`: folder tests/X gives label X, every other folder `unit`.
function(asld_label_test name)
  file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  set(labels unit)
  if(folder MATCHES "^tests/([a-z]+)")
    set(labels ${CMAKE_MATCH_1})
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "${labels};${ARGN}" TIMEOUT 300)
endfunction()

# asld_test(NAME SOURCES a_test.cc … LIBS libs… [LABELS …] [ARGS …] [NEEDS_SHARED]): a GoogleTest program, one
# ctest entry per program. NEEDS_SHARED: it reads the conformance corpora in ASLD_SHARED; where they are
# absent, ctest shows it as skipped, with the reason.
function(asld_test name)
  cmake_parse_arguments(ARG "NEEDS_SHARED" "" "SOURCES;LIBS;LABELS;ARGS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_compile_definitions(${name} PRIVATE ASLD_SHARED="${ASLD_SHARED}" ASLD_SOURCE="${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE ${ARG_LIBS} GTest::gtest GTest::gtest_main Threads::Threads)
  if(ARG_NEEDS_SHARED AND NOT EXISTS "${ASLD_SHARED}/conformance")
    add_test(NAME ${name} COMMAND ${CMAKE_COMMAND} -E echo
             "${name} needs the conformance corpora, and there are none in ${ASLD_SHARED}")
    set_tests_properties(${name} PROPERTIES SKIP_REGULAR_EXPRESSION "needs the conformance corpora")
    asld_label_test(${name} ${ARG_LABELS} conformance)
    return()
  endif()
  if(ARG_NEEDS_SHARED)
    list(APPEND ARG_LABELS conformance)
  endif()
  file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  asld_links_grpc(${name} links_grpc)
  if(NOT links_grpc AND folder MATCHES "^(asl|storage|workers|engine|tests/embed)")
    list(APPEND ARG_LABELS no_grpc)
    add_dependencies(tests_without_grpc ${name})
  endif()
  add_test(NAME ${name} COMMAND ${name} ${ARG_ARGS})
  asld_label_test(${name} ${ARG_LABELS})
endfunction()

# asld_script_test(NAME COMMAND command… [LABELS …]): a test that is a script.
function(asld_script_test name)
  cmake_parse_arguments(ARG "" "" "COMMAND;LABELS" ${ARGN})
  add_test(NAME ${name} COMMAND ${ARG_COMMAND})
  asld_label_test(${name} ${ARG_LABELS})
endfunction()

# asld_fuzz(NAME SOURCES a_fuzz.cc … LIBS libs… CORPUS folder RUNS n): a libFuzzer program and a ctest entry of label
# `fuzz` that runs it over its seed corpus and on to n executions, about 15 s on an idle core, always the same ones; with
# ASLD_FUZZ_SECONDS in the environment for so long, others each time. Nothing without ASLD_FUZZ.
function(asld_fuzz name)
  cmake_parse_arguments(ARG "" "CORPUS;RUNS" "SOURCES;LIBS" ${ARGN})
  if(NOT ASLD_FUZZ)
    return()
  endif()
  asld_program(${name} SOURCES ${ARG_SOURCES} LIBS ${ARG_LIBS})
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  get_filename_component(corpus ${ARG_CORPUS} ABSOLUTE)
  add_test(NAME ${name} COMMAND ${ASLD_PYTHON} ${PROJECT_SOURCE_DIR}/tools/scripts/fuzz.py
           $<TARGET_FILE:${name}> ${corpus} ${ARG_RUNS})
  set_tests_properties(${name} PROPERTIES LABELS fuzz TIMEOUT 7200)
endfunction()
