// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Keeps credentials fresh for everybody who signs with them: asks for new ones before the old expire,
// one question at a time, on a thread of its own, for the sources block. Owned by a Client; any
// thread may call.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "workers/aws/credentials.h"

namespace workers::aws {

// New ones are asked for this long before the old expire, or when half their life is over if that is
// later. As botocore.
inline constexpr absl::Duration kRefreshBefore = absl::Minutes(15);
// Nothing is signed with credentials that expire sooner than this.
inline constexpr absl::Duration kExpiryMargin = absl::Minutes(1);
// After a failure, while the old ones are still good.
inline constexpr absl::Duration kRefreshAgainAfter = absl::Minutes(1);

class CredentialKeeper {
 public:
  using Resolve = std::function<absl::StatusOr<Credentials>()>;
  using Answer = absl::StatusOr<std::shared_ptr<const Credentials>>;
  using Done = std::function<void(Answer)>;

  // `resolve` may block; it is called on the keeper's thread. `now` is the wall clock.
  CredentialKeeper(Resolve resolve, std::function<absl::Time()> now);
  // Waits for a question under way; whoever still waits is told Cancelled.
  ~CredentialKeeper();

  // Calls `done` once: at once while there are good ones, else on the keeper's thread.
  void Get(Done done);
  // A service says that these have expired: they are not given out again.
  void Discard(const std::shared_ptr<const Credentials>& refused);

 private:
  void Run();
  bool IsGood(absl::Time now) const;
  void Store(absl::StatusOr<Credentials> fresh);

  const Resolve resolve_;
  const std::function<absl::Time()> now_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  bool stopping_ = false;
  bool wanted_ = false;
  std::shared_ptr<const Credentials> current_;
  absl::Time refresh_at_ = absl::InfiniteFuture();
  std::vector<Done> waiting_;

  std::thread thread_;  // last: it uses everything above
};

}  // namespace workers::aws
