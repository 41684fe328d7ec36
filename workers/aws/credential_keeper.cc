// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/aws/credential_keeper.h"

#include <algorithm>
#include <utility>

namespace workers::aws {

CredentialKeeper::CredentialKeeper(Resolve resolve, std::function<absl::Time()> now)
    : resolve_(std::move(resolve)), now_(std::move(now)), thread_([this] { Run(); }) {}

CredentialKeeper::~CredentialKeeper() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
  for (Done& done : waiting_) done(absl::CancelledError("the client is closing"));
}

// REQUIRES: mutex_ held.
bool CredentialKeeper::IsGood(absl::Time now) const {
  return current_ != nullptr && (!current_->expires || now < *current_->expires - kExpiryMargin);
}

void CredentialKeeper::Get(Done done) {
  const absl::Time now = now_();
  std::unique_lock lock(mutex_);
  const std::shared_ptr<const Credentials> good = IsGood(now) ? current_ : nullptr;
  if (good == nullptr || now >= refresh_at_) {
    wanted_ = true;
    changed_.notify_all();
  }
  if (good == nullptr) {
    waiting_.push_back(std::move(done));
    return;
  }
  lock.unlock();
  done(good);
}

void CredentialKeeper::Discard(const std::shared_ptr<const Credentials>& refused) {
  const std::lock_guard lock(mutex_);
  if (current_ == refused) current_ = nullptr;
}

// REQUIRES: mutex_ held.
void CredentialKeeper::Store(absl::StatusOr<Credentials> fresh) {
  const absl::Time now = now_();
  if (!fresh.ok()) {
    refresh_at_ = now + kRefreshAgainAfter;
    return;
  }
  current_ = std::make_shared<const Credentials>(*std::move(fresh));
  refresh_at_ = absl::InfiniteFuture();
  if (current_->expires)
    refresh_at_ =
        std::max(*current_->expires - kRefreshBefore, now + (*current_->expires - now) / 2);
}

void CredentialKeeper::Run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || wanted_; });
    if (stopping_) return;
    lock.unlock();
    absl::StatusOr<Credentials> fresh = resolve_();
    lock.lock();
    const absl::Status status = fresh.status();
    Store(std::move(fresh));
    wanted_ = false;  // whoever came meanwhile is in waiting_, and served below
    const std::vector<Done> served = std::exchange(waiting_, {});
    const Answer answer = status.ok() ? Answer(current_) : Answer(status);
    lock.unlock();
    for (const Done& done : served) done(answer);
    lock.lock();
  }
}

}  // namespace workers::aws
