# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The asld authors
#
# What is shipped and what `tools/dev test` runs: GCC, optimised, assertions on.
#   cmake -C tools/presets/release.cmake -S . -B build/release -G Ninja
set(CMAKE_CXX_COMPILER g++ CACHE STRING "")
set(CMAKE_C_COMPILER gcc CACHE STRING "")
set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "")
# Where `tools/dev rocksdb` puts a faster build of the installed RocksDB; nothing has to be there.
set(CMAKE_BUILD_RPATH "${CMAKE_CURRENT_LIST_DIR}/../../build/rocksdb" CACHE STRING "")
