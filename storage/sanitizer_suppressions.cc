// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Debian's RocksDB is not instrumented: the thread sanitizer sees its memory but not its atomics,
// and reports races between its threads. Tests that open a RocksStore link this; without the
// sanitizer nobody calls it.
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() { return "race:librocksdb.so\n"; }
