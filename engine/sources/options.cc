// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/sources/options.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <string_view>

#include "asl/json.h"
#include "asl/yaml_definition.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "workers/aws/settings.h"
#include "workers/aws/sqs.h"

namespace engine::sources {
namespace {

using asl::Json;

constexpr size_t kNameMax = 64;
constexpr int64_t kWindowMax = 100'000;  // SQS allows 120,000 in flight of a standard queue
constexpr int64_t kVisibilityMin = 2;    // seconds; it is extended when half of it is over
constexpr std::array<std::string_view, 13> kKeys = {
    "queue",      "state-machine", "ack",   "poison", "batch",   "window",  "concurrency",
    "visibility", "filter",        "input", "region", "profile", "endpoint"};

class Reader {
 public:
  Reader(std::string path, std::string yaml) : path_(std::move(path)), yaml_(std::move(yaml)) {}

  absl::StatusOr<std::vector<Options>> Read() {
    asl::YamlParse parsed = asl::ParseYaml(yaml_);
    if (!parsed.value) {
      return absl::InvalidArgumentError(
          fmt::format("{}:{}: {}", path_, parsed.error.line, parsed.error.message));
    }
    made_ = *std::move(parsed.value);
    const asl::JsonParse json = asl::ParseJson(made_.json);
    std::vector<Options> sources;
    const std::optional<Json> section = json.ok() ? json.value->Find(kSection) : std::nullopt;
    if (!section || section->is_null()) return sources;
    if (!section->is_object()) {
      return At(*section, fmt::format("{} must be a mapping of names to sources", kSection));
    }
    for (const asl::JsonMember& member : section->members()) {
      absl::StatusOr<Options> one = ReadOne(member);
      if (!one.ok()) return one.status();
      sources.push_back(*std::move(one));
    }
    return sources;
  }

 private:
  absl::Status At(const Json& value, const std::string& what) const {
    std::vector<asl::Problem> problem = {
        {.message = what, .line = 1, .offset = value.span().begin}};
    made_.Relocate(yaml_, &problem);
    return absl::InvalidArgumentError(fmt::format("{}:{}: {}", path_, problem.front().line, what));
  }

  absl::StatusOr<Options> ReadOne(const asl::JsonMember& source) const {
    Options options;
    options.name = source.key;
    const bool plain = std::all_of(options.name.begin(), options.name.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '-' || c == '_';
    });
    if (!plain || options.name.empty() || options.name.size() > kNameMax) {
      return At(source.value, fmt::format("a source's name has 1 to {} letters, digits, - or _; "
                                          "there is '{}'",
                                          kNameMax, options.name));
    }
    if (!source.value.is_object()) {
      return At(source.value,
                fmt::format("source {} must be a mapping with at least queue and state-machine",
                            options.name));
    }
    for (const asl::JsonMember& member : source.value.members()) {
      if (absl::Status s = ReadMember(member, options); !s.ok()) return s;
    }
    for (const auto& [key, value] :
         {std::pair{"queue", &options.queue}, {"state-machine", &options.state_machine}}) {
      if (value->empty())
        return At(source.value, fmt::format("source {} needs a {}", options.name, key));
    }
    return options;
  }

  absl::Status ReadMember(const asl::JsonMember& member, Options& out) const {
    const Json& value = member.value;
    const std::string_view key = member.key;
    if (key == "queue") return ReadText(member, out.queue);
    if (key == "state-machine") return ReadText(member, out.state_machine);
    if (key == "region") return ReadText(member, out.region);
    if (key == "profile") return ReadText(member, out.profile);
    if (key == "endpoint") {
      if (absl::Status s = ReadText(member, out.endpoint); !s.ok()) return s;
      const auto endpoint = workers::aws::ParseEndpoint(out.endpoint);
      return endpoint.ok() ? absl::OkStatus() : At(value, std::string(endpoint.status().message()));
    }
    if (key == "ack") {
      return ReadChoice(member, {"started", "succeeded"},
                        [&](size_t i) { out.ack = i == 0 ? Ack::kStarted : Ack::kSucceeded; });
    }
    if (key == "poison") {
      return ReadChoice(member, {"return", "delete"},
                        [&](size_t i) { out.poison = i == 0 ? Poison::kReturn : Poison::kDelete; });
    }
    if (key == "batch") {
      return ReadNumber(member, 1, workers::aws::kSqsBatchMax,
                        [&](int64_t n) { out.batch = static_cast<int>(n); });
    }
    if (key == "window") {
      return ReadNumber(member, 1, kWindowMax,
                        [&](int64_t n) { out.window = static_cast<size_t>(n); });
    }
    if (key == "concurrency") {
      return ReadNumber(member, 0, kWindowMax,
                        [&](int64_t n) { out.concurrency = static_cast<size_t>(n); });
    }
    if (key == "visibility") {
      return ReadNumber(member, kVisibilityMin,
                        absl::ToInt64Seconds(workers::aws::kSqsVisibilityMax),
                        [&](int64_t n) { out.visibility = absl::Seconds(n); });
    }
    if (key == "filter") return ReadFilters(value, out);
    if (key == "input") return ReadInput(value, out);
    return At(value, fmt::format("a source has no '{}'; it has {}", key, fmt::join(kKeys, ", ")));
  }

  absl::Status ReadText(const asl::JsonMember& member, std::string& out) const {
    if (!member.value.is_string() || member.value.as_string().empty()) {
      return At(member.value, fmt::format("{} must be a text", member.key));
    }
    out = member.value.as_string();
    return absl::OkStatus();
  }

  template <typename Use>
  absl::Status ReadNumber(const asl::JsonMember& member, int64_t min, int64_t max, Use use) const {
    const std::optional<int64_t> number = member.value.as_int64();
    if (!number || *number < min || *number > max) {
      return At(member.value,
                fmt::format("{} must be a whole number from {} to {}", member.key, min, max));
    }
    use(*number);
    return absl::OkStatus();
  }

  template <typename Use>
  absl::Status ReadChoice(const asl::JsonMember& member, std::array<std::string_view, 2> words,
                          Use use) const {
    const std::string_view word = member.value.is_string() ? member.value.as_string() : "";
    for (size_t i = 0; i < words.size(); ++i) {
      if (words[i] == word) return use(i), absl::OkStatus();
    }
    return At(member.value, fmt::format("{} must be {} or {}", member.key, words[0], words[1]));
  }

  absl::Status ReadFilters(const Json& value, Options& out) const {
    std::vector<Json> patterns;
    if (value.is_array()) {
      for (const Json pattern : value.items()) patterns.push_back(pattern);
    } else {
      patterns.push_back(value);
    }
    if (patterns.empty()) return At(value, "the list of filters is empty");
    for (const Json& one : patterns) {
      absl::StatusOr<Pattern> pattern = Pattern::Compile(one);
      if (!pattern.ok()) return At(one, std::string(pattern.status().message()));
      out.filters.push_back(*std::move(pattern));
    }
    return absl::OkStatus();
  }

  absl::Status ReadInput(const Json& value, Options& out) const {
    asl::Template::Compiled compiled = asl::Template::Compile(value);
    if (!compiled.value) {
      return At(value, fmt::format("the input template is wrong: {}",
                                   compiled.problems.empty() ? std::string("it does not compile")
                                                             : compiled.problems.front().message));
    }
    out.input = *std::move(compiled.value);
    return absl::OkStatus();
  }

  const std::string path_;
  const std::string yaml_;
  asl::YamlDefinition made_;
};

}  // namespace

absl::StatusOr<std::vector<Options>> ReadOptions(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return absl::InvalidArgumentError(fmt::format("{}: cannot be read", path));
  return Reader(path, text.str()).Read();
}

}  // namespace engine::sources
