// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The Committer alone on a RocksStore: how many puts become durable per second, to be put beside a
// bare loop of Write and SyncWAL with the same batches (10 puts of 300 bytes unless told otherwise,
// keys of 16 bytes). One thread makes batches and keeps a bounded number of them in flight.
//
//   asld_committer_bench DIRECTORY [PUTS BYTES SECONDS IN_FLIGHT]
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <mutex>
#include <string>
#include <vector>

#include "storage/commit.h"
#include "storage/key.h"
#include "storage/rocks_store.h"
#include "tools/bench/clock.h"

namespace {

constexpr storage::TableTag kRows = 1;

struct Load {
  std::string directory;
  int puts = 10;
  size_t bytes = 300;
  double seconds = 5;
  uint64_t in_flight = 64;
};

// Lets the producer wait for room, and keeps how long each batch took.
class Window : public storage::CommitListener {
 public:
  explicit Window(uint64_t in_flight) : in_flight_(in_flight) {}

  void OnApplied(std::span<const storage::CommitNotice>) override {}
  void OnDurable(std::span<const storage::CommitNotice> notices) override {
    const bench::Clock::time_point now = bench::Now();
    {
      std::lock_guard lock(mutex_);
      for (; durable_ < notices.back().number; ++durable_) {
        took_us_.push_back(bench::MicrosBetween(begun_[durable_], now));
      }
    }
    changed_.notify_one();
  }
  void OnFailed(const absl::Status& status, uint64_t) override {
    std::cerr << status.ToString() << "\n";
    std::_Exit(74);
  }

  void WaitForRoom(uint64_t next) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return next - durable_ <= in_flight_; });
    begun_.push_back(bench::Now());
  }
  uint64_t durable() {
    std::lock_guard lock(mutex_);
    return durable_;
  }
  std::vector<float>& took_us() { return took_us_; }

 private:
  const uint64_t in_flight_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<bench::Clock::time_point> begun_;
  std::vector<float> took_us_;
  uint64_t durable_ = 0;
};

storage::Batch MakeBatch(const Load& load, uint64_t number, const std::string& value) {
  storage::Batch batch({.partition = 0, .number = number});
  std::string key;
  for (int i = 0; i < load.puts; ++i) {
    const uint64_t put = (number - 1) * static_cast<uint64_t>(load.puts) + static_cast<uint64_t>(i);
    key.clear();
    storage::AppendU64(put / 50 % 997, &key);  // near 997 executions, 50 rows each at a time
    storage::AppendU64(put, &key);
    batch.Put(kRows, key, value);
  }
  return batch;
}

int Run(const Load& load) {
  std::filesystem::remove_all(load.directory);
  storage::RocksStoreOptions options{.directory = load.directory};
  options.tables = {{.tag = kRows, .name = "rows", .kind = storage::TableKind::kHistory}};
  auto store = storage::RocksStore::Open(options);
  if (!store.ok()) {
    std::cerr << store.status().ToString() << "\n";
    return 1;
  }
  Window window(load.in_flight);
  const std::string value(load.bytes, 'x');
  const double cpu_before_us = bench::CpuMicros();
  const auto begin = bench::Now();
  const auto end = begin + std::chrono::duration<double>(load.seconds);
  storage::Committer committer(store->get(), &window);
  for (uint64_t number = 1; bench::Now() < end; ++number) {
    std::vector<storage::Batch> batches;
    batches.push_back(MakeBatch(load, number, value));
    window.WaitForRoom(number);
    committer.Submit(std::move(batches));
  }
  const uint64_t durable = window.durable();
  const double elapsed_us = bench::MicrosBetween(begin, bench::Now());
  const double cpu_us = bench::CpuMicros() - cpu_before_us;
  committer.Stop();
  std::vector<float>& took = window.took_us();
  std::sort(took.begin(), took.end());
  const double puts = static_cast<double>(durable) * load.puts;
  const storage::Committer::Counters counters = committer.counters();
  std::cout << fmt::format(
      "committer puts={} bytes={} in_flight={}: puts/s={:.0f} p50={:.0f}us p99={:.0f}us "
      "cpu_us/put={:.2f} cores={:.2f} batches/write={:.1f} batches/sync={:.1f}\n",
      load.puts, load.bytes, load.in_flight, puts * 1e6 / elapsed_us, took[took.size() / 2],
      took[took.size() * 99 / 100], cpu_us / puts, cpu_us / elapsed_us,
      static_cast<double>(counters.batches) / static_cast<double>(counters.writes),
      static_cast<double>(counters.batches) / static_cast<double>(counters.syncs));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: asld_committer_bench DIRECTORY [PUTS BYTES SECONDS IN_FLIGHT]\n";
    return 2;
  }
  Load load{.directory = argv[1]};
  if (argc > 2) load.puts = std::atoi(argv[2]);
  if (argc > 3) load.bytes = std::strtoul(argv[3], nullptr, 10);
  if (argc > 4) load.seconds = std::atof(argv[4]);
  if (argc > 5) load.in_flight = std::strtoull(argv[5], nullptr, 10);
  const int status = Run(load);
  std::filesystem::remove_all(load.directory);
  return status;
}
