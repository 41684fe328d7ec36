// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include "tools/aslctl/update_stream.h"

#include <chrono>
#include <iterator>
#include <utility>

namespace aslctl {
namespace {

constexpr size_t kUpdatesMax = 64;

}  // namespace

UpdateStream::UpdateStream(asld::v1::Workflows::Stub& stub,
                           const asld::v1::WatchExecutionsRequest& request)
    : reader_(stub.WatchExecutions(&context_, request)), thread_([this] { Read(); }) {}

UpdateStream::~UpdateStream() {
  {
    std::lock_guard lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  context_.TryCancel();
  thread_.join();
}

void UpdateStream::Read() {
  for (asld::v1::ExecutionUpdate update; reader_->Read(&update);) {
    std::unique_lock lock(mutex_);
    updates_.push_back(std::move(update));
    changed_.notify_all();
    changed_.wait(lock, [this] { return closing_ || updates_.size() < kUpdatesMax; });
  }
  const absl::Status status = ToStatus(reader_->Finish());
  std::lock_guard lock(mutex_);
  end_ = status;
  changed_.notify_all();
}

UpdateStream::Heard UpdateStream::Hear(int64_t limit_ms) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::chrono::milliseconds(limit_ms),
                    [this] { return !updates_.empty() || end_; });
  Heard heard;
  std::move(updates_.begin(), updates_.end(), std::back_inserter(heard.updates));
  updates_.clear();
  if (heard.updates.empty()) heard.end = end_;
  changed_.notify_all();
  return heard;
}

}  // namespace aslctl
