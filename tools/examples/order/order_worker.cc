// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The shop's own functions and its warehouse, as one worker. Prices are in cents. Every function
// begins with one line in the log, which stands for its effect on the world: whoever counts the
// lines of a token knows how often it ran.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <random>
#include <string>
#include <string_view>

#include "CLI/CLI.hpp"
#include "fmt/core.h"
#include "nlohmann/json.hpp"
#include "workers/client/worker.h"

namespace {

using Json = nlohmann::ordered_json;
using workers::Result;
using workers::Task;

struct Settings {
  workers::WorkerOptions worker;
  std::string log = "order.log";
  uint32_t work_ms_min = 200;
  uint32_t work_ms_max = 1000;
};

std::string Hex(std::string_view bytes) {
  std::string hex;
  for (const char byte : bytes) hex += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return hex;
}

// One write to a file opened with O_APPEND: lines of several processes never mix.
bool AppendLine(const std::string& path, const Task& task) {
  const std::string line =
      fmt::format("{}\t{}\t{}\t{}\t{}\n", Hex(task.token), task.function + task.activity,
                  task.execution_arn, task.attempt, task.idempotency_key);
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file < 0) return false;
  const bool whole = write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  return close(file) == 0 && whole;
}

// What takes time in the real world. Stops early when nobody waits for the result any more.
void Work(const Settings& settings, const Task& task) {
  std::mt19937 draw(std::random_device{}());
  std::uniform_int_distribution<uint32_t> work_ms(settings.work_ms_min, settings.work_ms_max);
  task.WaitUntilWithdrawn(std::chrono::milliseconds(work_ms(draw)));
}

Result ValidateOrder(const Json& order) {
  int64_t total = 0;
  for (const Json& item : order.value("items", Json::array())) {
    total += item.value("quantity", int64_t{0}) * item.value("unitPrice", int64_t{0});
  }
  Json check = {{"valid", total > 0}, {"total", total}, {"currency", "EUR"}};
  if (total <= 0) check["reason"] = "there is nothing to pay for in this order";
  return Result::Success(check.dump());
}

Result ReserveStock(const Json& request) {
  const std::string sku = request.value(Json::json_pointer("/item/sku"), "");
  if (sku == "UNICORN") return Result::Fail("OutOfStock", "no unicorns are left");
  return Result::Success(Json{{"sku", sku},
                              {"reservation", request.value("reservation", "")},
                              {"warehouse", sku < "C" ? "LHR-1" : "LHR-2"}}
                             .dump());
}

Result ReleaseStock(const Json& request) {
  return Result::Success(Json{{"released", request.value("reservations", "")}}.dump());
}

Result ShipOrder(const Json& parcel) {
  if (parcel.value("address", "").empty()) {
    return Result::Fail("UndeliverableAddress", "the parcel has no address");
  }
  return Result::Success(
      Json{{"tracking", "TRACK-" + parcel.value("orderId", "")}, {"carrier", "Royal Mail"}}.dump());
}

Result NotifyCustomer(const Json& order) {
  const std::string to = order.value(Json::json_pointer("/customer/email"), "");
  return Result::Success(Json{{"sentTo", to}}.dump());
}

// Log line, time, then the function on its parsed input. A type that a function does not expect
// throws, and the library makes a failure of it.
workers::Handler Step(const Settings& settings, Result (*function)(const Json&)) {
  return [&settings, function](const Task& task) {
    if (!AppendLine(settings.log, task)) {
      return Result::Fail("LogFailed", fmt::format("cannot append to {}", settings.log));
    }
    Work(settings, task);
    return function(Json::parse(task.input));
  };
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  settings.worker.name = "order-worker";
  CLI::App app("Worker of the order example: the shop's functions and its warehouse");
  app.add_option("--server", settings.worker.server, "asld's gRPC address")->capture_default_str();
  app.add_option("--log", settings.log, "file that gets one line per executed task")
      ->capture_default_str();
  app.add_option("--work-ms-min", settings.work_ms_min, "shortest time a task takes")
      ->capture_default_str();
  app.add_option("--work-ms-max", settings.work_ms_max, "longest time a task takes")
      ->capture_default_str();
  app.add_option("--slots", settings.worker.slots, "tasks at once")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  settings.work_ms_max = std::max(settings.work_ms_max, settings.work_ms_min);

  workers::Worker worker(settings.worker);
  worker.Function("validate-order", Step(settings, ValidateOrder));
  worker.Function("reserve-stock", Step(settings, ReserveStock));
  worker.Function("release-stock", Step(settings, ReleaseStock));
  worker.Function("notify-customer", Step(settings, NotifyCustomer));
  worker.Activity("ship-order", Step(settings, ShipOrder));
  worker.StopOnSignals();
  const absl::Status status = worker.Run();
  if (!status.ok()) fmt::print(stderr, "asld_order_worker: {}\n", std::string(status.message()));
  return status.ok() ? 0 : 1;
}
