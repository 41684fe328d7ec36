// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The file system that RocksDB gets: the machine's own, until something goes wrong; from then on
// the directory stays as it is. Three habits of RocksDB 7.8 make this necessary:
//
//   - Once an append to a log or its sync has failed, the next append or sync of that log fails an
//   assertion inside the
//     library. Writer and syncer are two threads, so either may be on its way in when the other
//     fails.
//   - After a full disk it resumes by itself, and later writes succeed on top of a hole.
//   - A line for its own LOG that does not fit on a full disk makes the next line fail an
//   assertion, too.
//
// So RocksDB never hears of a failing log: the error is kept in the FirstError, the call answers
// OK, and every later operation on a log answers OK and does nothing. Every later change of any
// other file fails, so that nothing which rests on the pretended success can reach the manifest.
// RocksStore asks the FirstError after each of its calls.
#pragma once

#include <memory>

#include "storage/first_error.h"

namespace rocksdb {
class FileSystem;
}

namespace storage {

// REQUIRES: `error` outlives the file system.
std::shared_ptr<rocksdb::FileSystem> MakeFreezingFileSystem(
    std::shared_ptr<rocksdb::FileSystem> target, FirstError* error);

}  // namespace storage
