# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
#
# Clang with address and undefined sanitizers, coverage for the fuzz targets, and the lock annotations checked.
#   cmake -C tools/presets/asan.cmake -S . -B build/asan -G Ninja
set(CMAKE_CXX_COMPILER clang++-14 CACHE STRING "")
set(CMAKE_C_COMPILER clang-14 CACHE STRING "")
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
# -O1: the sanitizers' instrumented code at -O0 is three times slower and no easier to read in a stack trace.
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1 -fno-omit-frame-pointer" CACHE STRING "")
set(CMAKE_CXX_FLAGS
    "-fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=undefined -Wthread-safety" CACHE STRING "")
set(ASLD_FUZZ ON CACHE BOOL "")
