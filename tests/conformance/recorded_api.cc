// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/conformance/recorded_api.h"

#include <fmt/format.h>

#include <chrono>
#include <future>
#include <memory>
#include <regex>

#include "engine/api/requests.h"
#include "engine/api/wait_ticket.h"
#include "engine/aws_json.h"
#include "engine/engine.h"
#include "storage/memory_store.h"
#include "tests/conformance/recorded_case.h"
#include "tests/conformance/recorded_match.h"

namespace conformance {
namespace {

constexpr auto kDeadline = std::chrono::seconds(30);

struct Answer {
  int status = 0;
  std::string error;  // its name; empty: none
  OrderedJson body;
};

// AWS's endpoint over an engine that nobody else has: of one partition, so that executions of one
// millisecond are listed in the order in which they were started.
class Endpoint {
 public:
  explicit Endpoint(const engine::ArnScope& scope)
      : engine_(
            *engine::Engine::Open({.partitions = 1, .loops = 1, .scope = scope},
                                  std::make_unique<storage::MemoryStore>(engine::AllTables()))) {
    json_.Show(engine_.get());
  }
  ~Endpoint() {
    json_.Show(nullptr);
    engine_->Stop();
  }

  Answer Call(const std::string& operation, const OrderedJson& params) {
    auto answered = std::make_shared<std::promise<engine::HttpResponse>>();
    json_.Answer(
        {.method = "POST",
         .path = "/",
         .query = "",
         .headers = {{"X-Amz-Target", "AWSStepFunctions." + operation}},
         .body = params.dump()},
        [answered](engine::HttpResponse response) { answered->set_value(std::move(response)); });
    std::future<engine::HttpResponse> future = answered->get_future();
    if (future.wait_for(kDeadline) != std::future_status::ready) return {.error = "(no answer)"};
    const engine::HttpResponse response = future.get();
    Answer answer{.status = response.status, .body = OrderedJson::parse(response.body)};
    for (const auto& [name, value] : response.headers) {
      if (name == "x-amzn-ErrorType") answer.error = value;
    }
    return answer;
  }

  // False: it does not end.
  bool AwaitEnd(const std::string& execution_arn) {
    const auto found = engine::api::DescribeExecution(*engine_, execution_arn);
    if (!found.ok()) return false;
    auto ended = std::make_shared<std::promise<void>>();
    const auto ticket = engine::api::WaitForEnd(
        *engine_, found->number,
        [ended](const absl::StatusOr<engine::ExecutionDescription>&) { ended->set_value(); });
    return ended->get_future().wait_for(kDeadline) == std::future_status::ready;
  }

 private:
  std::unique_ptr<engine::Engine> engine_;
  engine::AwsJson json_{*engine::AwsGate::Open({})};
};

class RecordedCalls {
 public:
  RecordedCalls(const Case& one, Verdict* verdict)
      : json_(one.json),
        case_(one.json),
        matcher_(case_.NewMatcher()),
        endpoint_({.region = kHere.region, .account = kHere.account}),
        verdict_(verdict) {}

  void Run() {
    for (const OrderedJson& step : json_["steps"]) {
      const std::string op = Text(step, "op");
      if (op == "AwaitExecution") {
        Await(step);
      } else {
        Make(step, op);
      }
      LearnNames();
    }
  }

 private:
  static const asl::TestDriver::Options kHere;  // its region and account

  void Await(const OrderedJson& step) {
    // What is started is where the next call wants it: a start is answered once it is durable.
    const std::string until = Text(step["params"], "until");
    if (until == "started" || until == "custom-condition") return;
    const std::string arn = Resolved(Text(step["params"], "executionArn"));
    if (!endpoint_.AwaitEnd(arn)) Differ(step, "the end of " + arn, "it still runs");
  }

  void Make(const OrderedJson& step, const std::string& op) {
    ++verdict_->compared["call"];
    const OrderedJson params = Params(step);
    const Answer answer = endpoint_.Call(op, params);
    if (answer.error.empty()) {
      answers_[Text(step, "id")] = answer.body;
      last_pages_[op] = answer.body;
    }
    LearnNames();
    Compare(step, answer);
  }

  void Compare(const OrderedJson& step, const Answer& answer) {
    const OrderedJson expect = step.value("expect", OrderedJson::object());
    if (expect.contains("error")) {
      const OrderedJson& error = expect["error"];
      if (answer.error.empty()) return Differ(step, error.dump(1), answer.body.dump(1));
      // boto3's own check, or an error whose text was not recorded.
      const bool named = error.contains("code") && error["code"].is_string() &&
                         error["code"] != "ParamValidationError";
      if (named) CompareError(step, error, answer);
      return;
    }
    if (!answer.error.empty()) {
      return Differ(step, expect.dump(1), answer.error + ": " + answer.body.dump(1));
    }
    if (expect.contains("response") && !matcher_.Answer(expect["response"], answer.body)) {
      Differ(step, expect["response"].dump(1),
             fmt::format("{}\n({})", answer.body.dump(1), matcher_.where()));
    }
  }

  void CompareError(const OrderedJson& step, const OrderedJson& error, const Answer& answer) {
    const OrderedJson found = {{"code", answer.error},
                               {"message", answer.body.value("message", "")}};
    const OrderedJson wanted = {{"code", error["code"]}, {"message", error.value("message", "")}};
    const int status = error.value("http_status", answer.status);
    if (!matcher_.Answer(wanted, found) || status != answer.status) {
      Differ(step, error.dump(1), fmt::format("{} {}", answer.status, found.dump(1)));
    }
  }

  void Differ(const OrderedJson& step, std::string expected, std::string found) {
    verdict_->differences.push_back({fmt::format("step {}, {}", Text(step, "id"), Text(step, "op")),
                                     std::move(expected), std::move(found)});
  }

  // --- What is sent

  OrderedJson Params(const OrderedJson& step) const {
    OrderedJson params = OrderedJson::object();
    for (const auto& [key, value] : step["params"].items()) {
      const bool text = key.ends_with("_text");
      const std::string name = text ? key.substr(0, key.size() - 5) : key;
      const bool is_json = name == "definition" || name == "input" || name == "output";
      if (value.is_null() && name == "nextToken") {
        // A token that the corpus has no name for is that of the page before.
        params[name] = last_pages_.at(Text(step, "op")).value("nextToken", "");
      } else if (is_json && !text) {
        params[name] = Resolved(PythonText(value));
      } else {
        params[name] = ResolvedTree(value);
      }
    }
    return params;
  }

  OrderedJson ResolvedTree(OrderedJson tree) const {
    if (tree.is_string()) return Resolved(tree.get<std::string>());
    if (!tree.is_structured()) return tree;
    for (OrderedJson& part : tree) part = ResolvedTree(part);
    return tree;
  }

  std::string Resolved(std::string text) const {
    text = case_.Resolved(std::move(text));
    static const std::regex kReference(R"(\{\{(\w+)\.([\w.]+)\}\})");
    std::string resolved;
    std::smatch found;
    for (; std::regex_search(text, found, kReference); text = found.suffix()) {
      resolved += found.prefix();
      resolved += ValueOf(found[1], found[2]).value_or(found[0]);
    }
    return ResolvedEnd(resolved + text);
  }

  // A source test put other characters in the place of an ARN's last ones, and the corpus shows
  // that of the reference: "{{ex0.executionA0000" is what {{ex0.executionArn}} was made.
  std::string ResolvedEnd(const std::string& text) const {
    constexpr size_t kReplaced = 4;
    static const std::regex kCut(R"(\{\{(\w+)\.(\w+)(\w{4}))");
    std::smatch found;
    if (!std::regex_match(text, found, kCut)) return text;
    const auto answer = answers_.find(found[1]);
    if (answer == answers_.end()) return text;
    for (const auto& [key, value] : answer->second.items()) {
      const std::string reference = key + "}}";
      if (!value.is_string() || reference.size() != found[2].length() + kReplaced ||
          !reference.starts_with(found[2].str())) {
        continue;
      }
      const auto whole = value.get<std::string>();
      return whole.substr(0, whole.size() - kReplaced) + found[3].str();
    }
    return text;
  }

  std::optional<std::string> ValueOf(const std::string& id, std::string path) const {
    if (id.starts_with("role") && path == "arn") {
      return fmt::format("arn:aws:iam::{}:role/{}", kHere.account, id);
    }
    // What the recorder called every log group.
    if (path == "logGroups.0.arn") {
      return fmt::format("arn:aws:logs:{}:{}:log-group:log_group_name:*", kHere.region,
                         kHere.account);
    }
    const auto answer = answers_.find(id);
    if (answer == answers_.end()) return std::nullopt;
    std::replace(path.begin(), path.end(), '.', '/');
    const OrderedJson::json_pointer pointer("/" + path);
    if (!answer->second.contains(pointer) || !answer->second[pointer].is_string()) {
      return std::nullopt;
    }
    return answer->second[pointer].get<std::string>();
  }

  // --- What placeholders stand for, once the answer that tells it is there

  void LearnNames() {
    for (const OrderedJson& normalizer : json_.value("normalizers", OrderedJson::array())) {
      const std::string value = Text(normalizer, "value");
      const std::string replacement = Text(normalizer, "replacement");
      const std::string type = Text(normalizer, "type");
      // "<execution-id>" stands for itself: of what part of the value, the corpus does not tell.
      if (type == "literal" && replacement.starts_with('<')) continue;
      if (value.find("{{") == std::string::npos) continue;
      const std::string known = Resolved(value);
      if (known.find("{{") != std::string::npos) continue;
      if (type == "literal") matcher_.Know(replacement, known);
      if (type == "name") matcher_.Know(replacement, known.substr(known.rfind(':') + 1));
    }
  }

  const OrderedJson& json_;
  const RecordedCase case_;
  Matcher matcher_;
  Endpoint endpoint_;
  std::map<std::string, OrderedJson> answers_;     // by step
  std::map<std::string, OrderedJson> last_pages_;  // by operation
  Verdict* const verdict_;
};

const asl::TestDriver::Options RecordedCalls::kHere;

}  // namespace

Verdict RunCalls(const Case& one) {
  Verdict verdict;
  RecordedCalls(one, &verdict).Run();
  return verdict;
}

}  // namespace conformance
