// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// The table of settings, and the command line around it. CLI11 finds the flags; what a value may be
// and which place wins is settings.cc's business, for flags as for variables and the file.
#include "engine/config.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>

#include "engine/routes_file.h"
#include "engine/settings.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace engine {
namespace {

constexpr int64_t kHourMs = 3'600'000;
constexpr int64_t kCacheBytesMin = 1 << 20;
constexpr int64_t kCacheBytesMax = int64_t{1} << 40;
constexpr int64_t kMinFreeMax = int64_t{1} << 60;

const std::vector<Setting>& Table() {
  using enum SettingKind;
  static const std::vector<Setting> table = {
      {"data-dir", kText, "asld-data", "Directory that holds everything; created when missing"},
      {"grpc-address", kAddress, "127.0.0.1:8084", "Where to listen for gRPC"},
      {"http-address",
       kAddress,
       "127.0.0.1:8083",
       "Where to listen for HTTP: AWS's API, /metrics, /healthz, /readyz",
       0,
       0,
       {"off"}},
      {"listen-beyond-loopback", kSwitch, "false",
       "Allows addresses that other machines reach; of those, only AWS's API asks who calls"},
      {"aws-credentials", kFile, "",
       "Credentials file of AWS's tools: calls of AWS's API must be signed with one of its keys"},
      {"throttle", kList, "off",
       "How often calls of AWS's API may come: off; aws (its rates); OPERATION=BURST/PER_SECOND"},
      {"aws-calls", kNumber, "4096",
       "Calls of AWS's API worked on at a time; more are throttled at once", 1, 1 << 20},
      {"inbox", kNumber, "20000",
       "Commands that may wait; while more do, StartExecution is throttled", 1, 1 << 24},
      {"activity-pollers", kNumber, "1000",
       "GetActivityTask calls that wait for one activity at a time", 1, 1 << 20},
      {"http-connections", kNumber, "16384", "HTTP connections open at a time", 1, 1 << 20},
      {"http-body", kBytes, "4MiB", "Largest body of an HTTP request", 1'024, 64 << 20},
      {"http-patience-ms", kNumber, "60000",
       "How long an HTTP connection may take for a request, idle or slow", 100, kHourMs},
      {"tls-certificate", kFile, "",
       "PEM file of the certificate and its chain: HTTP and gRPC are TLS then"},
      {"tls-key", kFile, "", "PEM file of the certificate's key"},
      {"partitions", kNumber, std::to_string(kPartitionsDefault),
       "Fixed when the data directory is created", 1, kPartitionsMax},
      {"loops", kNumber, "0", "Threads that run partitions; 0: one per core", 0, kPartitionsMax},
      {"region", kText, "us-east-1", "Region in ARNs", 0, 0, {}, "AWS_DEFAULT_REGION"},
      {"account", kText, "123456789012", "Account id in ARNs", 0, 0, {}, "AWS_ACCOUNT_ID"},
      {"lease-ms", kNumber, "10000", "How long a task waits for its lost worker to come back", 100,
       kHourMs},
      {"cache-bytes", kBytes, "256MiB", "Memory for executions", kCacheBytesMin, kCacheBytesMax},
      {"retention-days", kNumber, "90", "How long an ended execution is kept", 1, 36'500},
      {"min-free", kBytes, "1GiB", "Free disk below which new work is refused; 0: never", 0,
       kMinFreeMax},
      {"redeliver", kList, "",
       "Functions, or sqs:sendMessage, whose tasks are sent again when their worker is lost"},
      {"accept-loss", kSwitch, "false",
       "Opens the store although acknowledged commits are missing from it"},
      {"sync",
       kChoice,
       "pipelined",
       "'none' acknowledges before the disk has it: for measuring",
       0,
       0,
       {"pipelined", "none"}},
      {"log-level",
       kChoice,
       "info",
       "What is logged, on standard error",
       0,
       0,
       {"trace", "debug", "info", "warning", "error", "off"}},
      {"log-format",
       kChoice,
       "text",
       "'json': one object a line, for machines",
       0,
       0,
       {"text", "json"}},
  };
  return table;
}

constexpr char kFooter[] =
    "Each setting is a flag, an ASLD_… variable and a key of the YAML file; the first that is "
    "there\n"
    "wins, then the default. `asld config` shows what is in effect, and why.\n\n"
    "exit codes: 0 stopped on request; 1 verify or doctor found something; 2 the command line or "
    "the "
    "configuration is wrong; 69 an\n"
    "address is taken; 74 the store cannot be opened, or failed";

// Where CLI11 puts what it finds.
struct CommandLine {
  std::map<std::string, std::vector<std::string>> flags;
  std::string file;
  bool print_config = false;
  bool release_reserve = false;
  std::string backup;
  CLI::App* config = nullptr;  // the commands
  CLI::App* restore = nullptr;
  CLI::App* verify = nullptr;
  CLI::App* doctor = nullptr;
  bool json = false;
};

std::string HelpOf(const Setting& setting) {
  const std::string other =
      setting.other_variable.empty() ? "" : fmt::format(" or {}", setting.other_variable);
  const std::string allowed = setting.kind == SettingKind::kText ? "" : "; " + setting.allowed();
  return fmt::format("{}{} [{}; {}{}]", setting.help, allowed,
                     setting.standard.empty() ? "none" : setting.standard, setting.variable(),
                     other);
}

void Declare(CLI::App& app, CommandLine& line) {
  app.set_version_flag("--version", std::string("asld ") + ASLD_VERSION);
  app.add_option("--config", line.file, "YAML file of settings [none; ASLD_CONFIG]")
      ->envname("ASLD_CONFIG")
      ->type_name("FILE");
  app.add_flag("--print-config", line.print_config, "The same as the command config");
  app.add_flag("--release-reserve", line.release_reserve,
               "Deletes the 144 MiB that the data directory keeps for a full disk, and exits");
  for (const Setting& setting : Table()) {
    CLI::Option* option =
        setting.kind == SettingKind::kSwitch
            ? app.add_flag("--" + setting.name, line.flags[setting.name], HelpOf(setting))
            : app.add_option("--" + setting.name, line.flags[setting.name], HelpOf(setting));
    if (setting.kind == SettingKind::kSwitch) continue;
    option->type_name("")->expected(1);
    if (setting.kind == SettingKind::kList) option->take_all();
  }
  line.config =
      app.add_subcommand("config", "Prints the settings in effect and where each comes from");
  line.restore = app.add_subcommand(
      "restore", "Makes a new data directory (--data-dir) out of a backup, which stays as it is");
  line.restore->add_option("BACKUP", line.backup, "The backup's directory")->required();
  line.verify = app.add_subcommand(
      "verify", "Reads a data directory that no asld has open, and checks every row");
  line.verify->add_flag("--json", line.json, "One JSON object instead of lines");
  line.doctor = app.add_subcommand(
      "doctor", "Looks for what would keep asld with these settings from working well");
  for (CLI::App* command : {line.config, line.restore, line.verify, line.doctor}) {
    command->fallthrough();
  }
  app.footer(kFooter);
  app.allow_extras();
  app.require_subcommand(0, 1);
}

absl::Status CheckLeftOver(const CLI::App& app) {
  const std::vector<std::string> left = app.remaining(/*recurse=*/true);
  if (left.empty()) return absl::OkStatus();
  const std::string& first = left.front();
  const std::string similar =
      first.starts_with("--")
          ? SimilarSetting(std::string_view(first).substr(2, first.find('=') - 2), Table())
          : "";
  return absl::InvalidArgumentError(
      fmt::format("there is no {} '{}'{}", first.starts_with('-') ? "flag" : "command", first,
                  similar.empty() ? std::string("; see `asld --help`")
                                  : fmt::format("; did you mean --{}?", similar)));
}

absl::StatusOr<SettingValues> Flags(const CommandLine& line) {
  SettingValues values;
  for (const Setting& setting : Table()) {
    const std::vector<std::string>& given = line.flags.at(setting.name);
    if (given.empty()) continue;
    absl::StatusOr<SettingValue> value =
        CheckSetting(setting, fmt::format("{}", fmt::join(given, ",")), "--" + setting.name);
    if (!value.ok()) return value.status();
    values.emplace(setting.name, *std::move(value));
  }
  return values;
}

const char* Variable(const std::string& name) { return std::getenv(name.c_str()); }

bool IsLoopback(const std::string& address) {
  const std::string host = address.substr(0, address.rfind(':'));
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

// AWS's API has a lock for its door; what is reached by other machines must have it on.
absl::Status CheckHttpReach(const SettingValues& values) {
  const SettingValue& address = values.find("http-address")->second;
  if (address.text == "off" || IsLoopback(address.text) ||
      !values.find("aws-credentials")->second.text.empty()) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(fmt::format(
      "{}: http-address '{}' lets other machines in: name a file of the keys that AWS's API takes "
      "with aws-credentials",
      address.origin, address.text));
}

absl::Status CheckTls(const SettingValues& values) {
  const SettingValue& certificate = values.find("tls-certificate")->second;
  const SettingValue& key = values.find("tls-key")->second;
  if (certificate.text.empty() == key.text.empty()) return absl::OkStatus();
  const bool lacks_key = key.text.empty();
  return absl::InvalidArgumentError(fmt::format(
      "{}: {} needs {} too", lacks_key ? certificate.origin : key.origin,
      lacks_key ? "tls-certificate" : "tls-key", lacks_key ? "tls-key" : "tls-certificate"));
}

absl::Status CheckReach(const SettingValues& values, const char* name) {
  const SettingValue& address = values.find(name)->second;
  if (address.text == "off" || IsLoopback(address.text) ||
      values.find("listen-beyond-loopback")->second.on) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      fmt::format("{}: {} '{}' lets other machines in, and nothing asks them who they are; say "
                  "listen-beyond-loopback too if that is meant",
                  address.origin, name, address.text));
}

absl::StatusOr<Config> Apply(const SettingValues& values) {
  const auto at = [&values](const char* name) -> const SettingValue& {
    return values.find(name)->second;
  };
  if (absl::Status s = CheckReach(values, "grpc-address"); !s.ok()) return s;
  if (absl::Status s = CheckReach(values, "http-address"); !s.ok()) return s;
  if (absl::Status s = CheckHttpReach(values); !s.ok()) return s;
  if (absl::Status s = CheckTls(values); !s.ok()) return s;
  absl::StatusOr<BucketRates> rates = ParseBucketRates(at("throttle").items);
  if (!rates.ok()) return rates.status();
  Config config;
  config.engine.data_dir = at("data-dir").text;
  config.engine.partitions = static_cast<uint32_t>(at("partitions").number);
  config.engine.loops = static_cast<uint32_t>(at("loops").number);
  config.engine.scope = {.region = at("region").text, .account = at("account").text};
  config.engine.inbox_max = static_cast<size_t>(at("inbox").number);
  config.engine.lease_ms = at("lease-ms").number;
  config.engine.cache_bytes = static_cast<size_t>(at("cache-bytes").number);
  config.engine.retention_ms = at("retention-days").number * 24 * kHourMs;
  config.engine.min_free = static_cast<uint64_t>(at("min-free").number);
  config.engine.redeliver = {at("redeliver").items.begin(), at("redeliver").items.end()};
  config.engine.accept_loss = at("accept-loss").on;
  if (at("sync").text == "none") config.engine.sync = storage::SyncMode::kNone;
  config.grpc_address = at("grpc-address").text;
  if (at("http-address").text != "off") config.http_address = at("http-address").text;
  config.http = {.body_bytes = static_cast<uint64_t>(at("http-body").number),
                 .connections = static_cast<size_t>(at("http-connections").number),
                 .patience_ms = at("http-patience-ms").number};
  config.tls = {.certificate = at("tls-certificate").text, .key = at("tls-key").text};
  config.aws = {.credentials_file = at("aws-credentials").text,
                .region = at("region").text,
                .rates = *std::move(rates),
                .calls_max = static_cast<size_t>(at("aws-calls").number)};
  config.engine.pollers_max = static_cast<size_t>(at("activity-pollers").number);
  config.log_level = at("log-level").text;
  if (at("log-format").text == "json") config.log_format = LogFormat::kJson;
  config.printed = PrintSettings(Table(), values);
  return config;
}

absl::StatusOr<Config> Resolve(const CLI::App& app, const CommandLine& line) {
  if (absl::Status s = CheckLeftOver(app); !s.ok()) return s;
  absl::StatusOr<SettingValues> flags = Flags(line);
  if (!flags.ok()) return flags.status();
  SettingValues file;
  if (!line.file.empty()) {
    absl::StatusOr<SettingValues> read =
        ReadSettingsFile(line.file, Table(), {sources::kSection, kRoutesSection});
    if (!read.ok()) return read.status();
    file = *std::move(read);
  }
  absl::StatusOr<SettingValues> values = ResolveSettings(Table(), *flags, file, Variable);
  if (!values.ok()) return values.status();
  absl::StatusOr<Config> config = Apply(*values);
  if (!config.ok()) return config.status();
  if (!line.file.empty()) {
    auto sources = sources::ReadOptions(line.file);
    if (!sources.ok()) return sources.status();
    config->sources = *std::move(sources);
  }
  config->engine.routes = [path = line.file, scope = config->engine.scope] {
    return ReadRoutes(path, scope, Variable);
  };
  // What is wrong with them is wrong with the configuration, so it is said here.
  if (absl::StatusOr<RoutesPtr> routes = config->engine.routes(); !routes.ok())
    return routes.status();
  return config;
}

}  // namespace

std::optional<Config> ReadConfig(int argc, char** argv, int* exit_code) {
  CLI::App app("asld: a durable workflow engine for Amazon States Language", "asld");
  CommandLine line;
  Declare(app, line);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& shown) {
    *exit_code = app.exit(shown);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    std::fputs(fmt::format("asld: {}; see `asld --help`\n", error.what()).c_str(), stderr);
    *exit_code = kExitUsage;
    return std::nullopt;
  }
  absl::StatusOr<Config> config = Resolve(app, line);
  if (!config.ok()) {
    std::fputs(fmt::format("asld: {}\n", std::string(config.status().message())).c_str(), stderr);
    *exit_code = kExitUsage;
    return std::nullopt;
  }
  if (line.print_config || *line.config) config->purpose = Purpose::kPrintConfig;
  if (line.release_reserve) config->purpose = Purpose::kReleaseReserve;
  if (*line.restore) config->purpose = Purpose::kRestore;
  if (*line.verify) config->purpose = Purpose::kVerify;
  if (*line.doctor) config->purpose = Purpose::kDoctor;
  config->backup = line.backup;
  config->json = line.json;
  return *std::move(config);
}

}  // namespace engine
