# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
#
# Clang with the thread sanitizer. Only the target `tests_without_grpc` is built and only tests labelled `no_grpc` are
# run: Debian's gRPC is not instrumented, and what it hands over between threads would be reported as races.
#   cmake -C tools/presets/tsan.cmake -S . -B build/tsan -G Ninja
set(CMAKE_CXX_COMPILER clang++-14 CACHE STRING "")
set(CMAKE_C_COMPILER clang-14 CACHE STRING "")
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1 -fno-omit-frame-pointer" CACHE STRING "")
set(CMAKE_CXX_FLAGS "-fsanitize=thread -Wthread-safety" CACHE STRING "")
