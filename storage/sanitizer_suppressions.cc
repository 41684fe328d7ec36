// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What the sanitizers must overlook in tests that open a RocksStore; without them nobody calls
// this. Debian's RocksDB is not instrumented: the thread sanitizer sees its memory but not its
// atomics, and reports races between its threads. And RocksDB 7.8 forgets a new memtable when the
// switch to it fails, as it does when the power goes.
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() { return "race:librocksdb.so\n"; }

extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:rocksdb::DBImpl::SwitchMemtable\n";
}
