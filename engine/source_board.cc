// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/source_board.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "fmt/format.h"

namespace engine {

absl::Status SourceBoard::Open(const std::string& directory) {
  if (directory.empty()) return absl::OkStatus();
  const std::lock_guard lock(mutex_);
  file_ = directory + "/PAUSED_SOURCES";
  std::ifstream file(file_);
  for (std::string name; std::getline(file, name);) paused_.insert(name);
  return file.bad() ? absl::UnavailableError(fmt::format("{} cannot be read", file_))
                    : absl::OkStatus();
}

void SourceBoard::Publish(SourceStatus status) {
  const std::lock_guard lock(mutex_);
  std::string name = status.name;
  sources_.insert_or_assign(std::move(name), std::move(status));
}

std::vector<SourceStatus> SourceBoard::List() const {
  const std::lock_guard lock(mutex_);
  std::vector<SourceStatus> list;
  for (const auto& [name, status] : sources_) list.push_back(status);
  return list;
}

bool SourceBoard::paused(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  return paused_.contains(name);
}

absl::Status SourceBoard::SetPaused(const std::string& name, bool paused) {
  const std::lock_guard lock(mutex_);
  if (!sources_.contains(name)) {
    return absl::NotFoundError(fmt::format("Source Does Not Exist: '{}'", name));
  }
  std::set<std::string> now = paused_;
  if (paused) {
    now.insert(name);
  } else {
    now.erase(name);
  }
  if (absl::Status s = WriteFile(now); !s.ok()) return s;
  paused_ = std::move(now);
  return absl::OkStatus();
}

// A new file that takes the old one's place: a crash leaves the one or the other.
absl::Status SourceBoard::WriteFile(const std::set<std::string>& paused) const {
  if (file_.empty()) return absl::OkStatus();
  std::string text;
  for (const std::string& name : paused) text += name + "\n";
  const std::string fresh = file_ + ".new";
  const int fd = open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  bool good = fd >= 0 && write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  good = good && fsync(fd) == 0;
  if (fd >= 0) close(fd);
  good = good && std::rename(fresh.c_str(), file_.c_str()) == 0;
  if (good) return absl::OkStatus();
  return absl::UnavailableError(fmt::format("{} cannot be written: {}", file_, strerror(errno)));
}

}  // namespace engine
