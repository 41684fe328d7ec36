# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
#
# What every room's CMakeLists.txt uses: asld_library, asld_program and asld_test, with our warnings.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow=local -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # Wshadow=local is GCC's spelling; designated initialisers may leave fields to their defaults.
  add_compile_options(-Wno-unknown-warning-option -Wno-c99-designator)
endif()
if(ASLD_WERROR)
  add_compile_options(-Werror)
endif()

# asld_library(NAME SOURCES a.cc … [PUBLIC libs…] [PRIVATE libs…])
function(asld_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
endfunction()

# asld_program(NAME SOURCES a.cc … LIBS libs…)
function(asld_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_LIBS})
endfunction()

# asld_test(NAME SOURCES a_test.cc … LIBS libs…): a GoogleTest program, one ctest entry per program.
function(asld_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_compile_definitions(${name} PRIVATE ASLD_SHARED="${ASLD_SHARED}" ASLD_SOURCE="${CMAKE_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE ${ARG_LIBS} GTest::gtest GTest::gtest_main Threads::Threads)
  add_test(NAME ${name} COMMAND ${name})
endfunction()
