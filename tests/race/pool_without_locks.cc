// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The pool of workers, and where it takes a lock it only refers to the mutex: a data race for the
// thread sanitizer to find.
#include <functional>
#include <mutex>

#define lock_guard reference_wrapper
#include "workers/pool.cc"
