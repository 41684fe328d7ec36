# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
#
# What is shipped and what `tools/dev test` runs: GCC, optimised, assertions on.
#   cmake -C tools/presets/release.cmake -S . -B build/release -G Ninja
set(CMAKE_CXX_COMPILER g++ CACHE STRING "")
set(CMAKE_C_COMPILER gcc CACHE STRING "")
set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "")
