// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// A scope is a chain of states, each of which goes on to the next one; Choices and Catchers may also
// go to a later one of the chain or to an end of their own. So all states are reachable and nothing
// loops.
#include "tests/naive/generator.h"

#include <fmt/format.h>

#include <functional>
#include <utility>
#include <vector>

namespace asl::naive {
namespace {

constexpr int kDepthMax = 2;

// The shape that most values have.
Value Shape(Random& random) {
  Value value;
  value["a"] = random.Pick({"x", "y", ""});
  value["n"] = random.Between(-3, 9);
  value["c"] = {{"d", random.Between(0, 1)}, {"e", random.Percent(50)}};
  value["list"] = Value::array();
  for (uint64_t i = random.Percent(5) ? 0 : random.Between(1, 4); i > 0; --i)
    value["list"].push_back(random.Between(0, 3));
  if (random.Percent(97)) value["t"] = random.Below(5);
  return value;
}

Value Odd(Random& random) {
  switch (random.Below(5)) {
    case 0:
      return nullptr;
    case 1:
      return random.Between(-5, 5);
    case 2:
      return random.Pick({"text", "x", ""});
    case 3:
      return Value::array({1, Shape(random), nullptr});
    default:
      return Value{{"only", "this"}};
  }
}

class Generator {
 public:
  explicit Generator(Random* random) : random_(*random) {}

  Value Machine() {
    Value machine = Scope(0);
    if (random_.Percent(10)) machine["TimeoutSeconds"] = random_.Between(1, 200);
    return machine;
  }

 private:
  std::string NewName() { return fmt::format("S{}", names_++); }

  // --- Paths and templates

  std::string AnyPath() {
    if (random_.Percent(2)) return "$.missing";
    if (!known_.empty() && random_.Percent(30)) return "$" + AnyVariable();
    return random_.Pick({"$", "$.a", "$.n", "$.c", "$.c.d", "$.list", "$.list[0]", "$.list[*]",
                         "$..d", "$['a']", "$$.State.Name", "$$.Execution.Input.n",
                         "$$.Execution.Name"});
  }

  std::string AnyReference() {
    return random_.Pick({"$.missing", "$", "$.a", "$.n", "$.c.d", "$.list[0]", "$['a']",
                         "$$.State.Name", "$$.Execution.Input.n"});
  }

  std::string AnyCall() {
    return random_.Pick(
        {"States.Format('{}-{}', $.n, $$.State.Name)", "States.Array($.a, States.Array($.n), null)",
         "States.MathAdd($.n, 1)", "States.JsonToString($.c)", "States.ArrayLength($.list)",
         "States.ArrayGetItem($.list, 0)", "States.UUID()", "States.Hash($.a, 'SHA-1')",
         "States.JsonMerge($.c, $, false)", "States.StringSplit('a,b', ',')",
         "States.MathRandom(0, 10)", "States.ArrayPartition($.list, 2)"});
  }

  // Keeps the shape; some fields come anew.
  Value ShapeTemplate() {
    Value tmpl;
    for (const char* field : {"a", "n", "c", "list", "t"}) {
      const std::string key = std::string(field) + ".$";
      if (random_.Percent(80)) {
        tmpl[key] = std::string("$.") + field;
      } else if (random_.Percent(95)) {
        tmpl[field] = Shape(random_)[field[0] == 't' ? "n" : field];
      }
    }
    if (random_.Percent(40)) tmpl["x.$"] = AnyPath();
    if (random_.Percent(40)) tmpl["y"] = {{"z.$", AnyCall()}};
    return tmpl;
  }

  void AddPaths(Value* state) {
    if (random_.Percent(20)) (*state)["InputPath"] = MostlyShape();
    if (random_.Percent(20)) (*state)["OutputPath"] = MostlyShape();
  }

  Value MostlyShape() {
    if (random_.Percent(90)) return random_.Pick({"$", "$$.Execution.Input"});
    if (random_.Percent(20)) return nullptr;
    return AnyPath();
  }

  void AddResultPath(Value* owner, uint64_t percent) {
    if (!random_.Percent(percent)) return;
    if (random_.Percent(15)) {
      (*owner)["ResultPath"] = nullptr;
    } else {
      (*owner)["ResultPath"] =
          random_.Percent(3) ? "$.a.r" : random_.Pick({"$.r", "$.c.r", "$.new.r", "$.r", "$.x.y"});
    }
  }

  // --- Variables and JSONata

  // Mostly one that has been assigned.
  std::string AnyVariable() {
    if (known_.empty() || random_.Percent(2)) return "nobodys";
    return known_[random_.Below(known_.size())];
  }

  // Each scope assigns variables of its own, as AWS wants it.
  void AddAssign(bool jsonata, Value* owner, std::vector<std::string>* assigned) {
    if (!random_.Percent(30)) return;
    for (const char* which : {"a", "b"}) {
      if (!random_.Percent(60)) continue;
      const std::string name = fmt::format("v{}{}", scope_, which);
      if (random_.Percent(20)) {
        (*owner)["Assign"][name] = Shape(random_);
      } else if (jsonata) {
        (*owner)["Assign"][name] = AnyQuery();
      } else {
        (*owner)["Assign"][name + ".$"] = random_.Percent(80) ? AnyPath() : AnyCall();
      }
      assigned->push_back(name);
    }
  }

  std::string AnyQuery() {
    if (random_.Percent(2)) return "{% $states.input.missing.a %}";
    if (!known_.empty() && random_.Percent(30)) {
      return fmt::format("{{% [${}, $states.context.State.Name] %}}", AnyVariable());
    }
    return random_.Pick({"{% $states.input %}", "{% $states.input.n %}",
                         "{% [$states.input.list][0] %}", "{% $count($states.input.**) %}",
                         "{% $string($states.input.c) %}", "{% ($x := 5; $x * 2) %}",
                         "{% $states.context.Execution.Input %}",
                         "{% $states.input.list[$ > 1] ~> $append('x') %}",
                         "{% $exists($states.context.Map.Item) %}"});
  }

  // Keeps the shape, mostly.
  Value ShapeQuery() {
    if (random_.Percent(20)) return "{% $states.input %}";
    Value output;
    for (const char* field : {"a", "n", "c", "list", "t"}) {
      if (random_.Percent(85)) {
        output[field] = fmt::format(
            "{{% $exists($states.input.{0}) ? $states.input.{0} : '{0} is not there' %}}", field);
      } else if (random_.Percent(95)) {
        output[field] = Shape(random_)[field[0] == 't' ? "n" : field];
      }
    }
    if (random_.Percent(40)) output["x"] = AnyQuery();
    if (random_.Percent(30)) output["y"] = Value::array({AnyQuery(), nullptr});
    return output;
  }

  // The state in JSONata that does what this one does in JSONPath, more or less. A Map stays.
  Value InJsonata(const Value& path) {
    Value state;
    state["QueryLanguage"] = "JSONata";
    for (const char* field :
         {"Type", "Resource", "Branches", "TimeoutSeconds", "HeartbeatSeconds", "Retry", "Catch"}) {
      if (path.contains(field)) state[field] = path[field];
    }
    if (state.contains("Catch")) {
      for (Value& catcher : state["Catch"]) {
        catcher.erase("ResultPath");
        if (!random_.Percent(80)) continue;
        catcher["Output"] = {{"r", "{% $states.errorOutput %}"}, {"in", "{% $states.input %}"}};
      }
    }
    const std::string type = path["Type"];
    if (type == "Choice") {
      for (const Value& rule : path["Choices"]) {
        const std::string test =
            random_.Pick({"$states.input.n > 2", "$states.input.c.e", "'x' in $states.input.a",
                          "$exists($states.input.r)", "$states.input.a = 'x'", "$states.input.n"});
        const std::string sure = random_.Percent(80) ? fmt::format("$boolean({})", test) : test;
        state["Choices"].push_back(
            {{"Condition", fmt::format("{{% {} %}}", sure)}, {"Next", rule["Next"]}});
        if (random_.Percent(30)) state["Choices"].back()["Output"] = ShapeQuery();
      }
    }
    if (type == "Wait") {
      state["Seconds"] = random_.Percent(50)   ? Value(random_.Below(20))
                         : random_.Percent(95) ? Value("{% $count($states.input.list) %}")
                                               : Value("{% $states.input.n %}");
    }
    if (path.contains("Parameters")) state["Arguments"] = ShapeQuery();
    if (type == "Pass") state.erase("Arguments");
    if (type == "Task" && random_.Percent(10)) state["Arguments"] = AnyQuery();
    if (random_.Percent(60)) state["Output"] = ShapeQuery();
    if (type == "Task" && random_.Percent(30)) state["Output"] = "{% $states.result %}";
    return state;
  }

  // --- Choice

  Value Condition(int depth) {
    if (depth < 2 && random_.Percent(25)) {
      const std::string op = random_.Pick({"And", "Or", "Not"});
      if (op == "Not") return {{"Not", Condition(depth + 1)}};
      Value rule = {{op, Value::array()}};
      for (uint64_t i = random_.Below(3); i < 3; ++i) rule[op].push_back(Condition(depth + 1));
      return rule;
    }
    Value rule;
    rule["Variable"] =
        random_.Pick({"$.a", "$.n", "$.c.e", "$.c.d", "$.list[0]", "$.t", "$.r", "$.maybe"});
    const std::string order =
        random_.Pick({"Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals"});
    switch (random_.Below(5)) {
      case 0:
        rule["IsPresent"] = random_.Percent(50);
        return rule;
      case 1:
        rule[random_.Pick({"IsNull", "IsNumeric", "IsString", "IsBoolean"})] = random_.Percent(50);
        return OnlyIfPresent(rule);
      case 2:
        rule["Numeric" + order] = random_.Between(-1, 4);
        return OnlyIfPresent(rule);
      case 3:
        rule["String" + order] = random_.Pick({"x", "xx", ""});
        return OnlyIfPresent(rule);
      default:
        rule[random_.Pick({"String", "Numeric"}) + order + "Path"] =
            random_.Pick({"$.n", "$.a", "$.c.d"});
        return OnlyIfPresent(rule);
    }
  }

  // As careful users write it; now and then not.
  Value OnlyIfPresent(const Value& rule) {
    if (random_.Percent(10)) return rule;
    const Value present = {{"Variable", rule["Variable"]}, {"IsPresent", true}};
    return {{"And", Value::array({present, rule})}};
  }

  // --- Errors

  Value ErrorNames() {
    Value names = Value::array();
    for (uint64_t i = random_.Below(2); i < 2; ++i) {
      names.push_back(random_.Pick({"E1", "E2", "States.Timeout", "States.TaskFailed",
                                    "States.HeartbeatTimeout", "States.IntrinsicFailure",
                                    "States.Runtime", "States.ReferencePathConflict"}));
    }
    return names;
  }

  Value Retrier(bool last) {
    Value retrier;
    retrier["ErrorEquals"] =
        last && random_.Percent(60) ? Value::array({"States.ALL"}) : ErrorNames();
    if (random_.Percent(50)) retrier["IntervalSeconds"] = random_.Between(1, 3);
    if (random_.Percent(70)) retrier["MaxAttempts"] = random_.Between(0, 3);
    if (random_.Percent(30)) retrier["BackoffRate"] = random_.Percent(50) ? Value(1.5) : Value(1);
    if (random_.Percent(20)) retrier["MaxDelaySeconds"] = 4;
    if (random_.Percent(20)) retrier["JitterStrategy"] = random_.Pick({"NONE", "FULL"});
    return retrier;
  }

  using Target = std::function<std::string()>;

  void AddHandlers(const Target& target, Value* state) {
    if (random_.Percent(60)) {
      const uint64_t count = 1 + random_.Below(2);
      for (uint64_t i = 1; i <= count; ++i) (*state)["Retry"].push_back(Retrier(i == count));
    }
    if (random_.Percent(60)) {
      Value catcher;
      catcher["ErrorEquals"] = random_.Percent(80) ? Value::array({"States.ALL"}) : ErrorNames();
      catcher["Next"] = target();
      AddResultPath(&catcher, 95);
      (*state)["Catch"] = Value::array({catcher});
    }
  }

  // --- States

  Value Task(const Target& target) {
    Value state;
    state["Type"] = "Task";
    state["Resource"] = random_.Percent(80) ? "arn:aws:lambda:us-east-1:123456789012:function:f"
                                            : "arn:aws:states:us-east-1:123456789012:activity:a";
    if (random_.Percent(30)) {
      state["Parameters"] = ShapeTemplate();
      if (random_.Percent(30)) state["Parameters"]["tries.$"] = "$$.State.RetryCount";
    }
    if (random_.Percent(25)) state["ResultSelector"] = ShapeTemplate();
    AddResultPath(&state, 40);
    if (random_.Percent(30)) state["TimeoutSeconds"] = random_.Between(2, 30);
    if (random_.Percent(10)) {
      state["HeartbeatSeconds"] = 1;
    }
    AddHandlers(target, &state);
    return state;
  }

  Value Pass() {
    Value state;
    state["Type"] = "Pass";
    if (random_.Percent(50)) state["Parameters"] = ShapeTemplate();
    if (random_.Percent(20)) state["Result"] = random_.Percent(70) ? Shape(random_) : Odd(random_);
    AddResultPath(&state, 40);
    return state;
  }

  Value Wait() {
    Value state;
    state["Type"] = "Wait";
    if (random_.Percent(60)) {
      state["Seconds"] = random_.Below(20);
    } else {
      state["SecondsPath"] =
          random_.Percent(5) ? random_.Pick({"$.n", "$.a"}) : random_.Pick({"$.t", "$.c.d"});
    }
    return state;
  }

  Value Choice(const Target& target) {
    Value state;
    state["Type"] = "Choice";
    for (uint64_t i = random_.Below(3); i < 3; ++i) {
      Value rule = Condition(0);
      rule["Next"] = target();
      state["Choices"].push_back(rule);
    }
    return state;
  }

  Value Parallel(int depth, const Target& target) {
    Value state;
    state["Type"] = "Parallel";
    for (uint64_t i = random_.Below(3); i < 3; ++i) state["Branches"].push_back(Scope(depth + 1));
    if (random_.Percent(20)) state["Parameters"] = ShapeTemplate();
    if (random_.Percent(20)) state["ResultSelector"] = {{"first.$", "$[0]"}, {"all.$", "$"}};
    AddResultPath(&state, 95);
    AddHandlers(target, &state);
    return state;
  }

  Value Map(int depth, const Target& target) {
    Value state;
    state["Type"] = "Map";
    if (random_.Percent(98)) state["ItemsPath"] = random_.Percent(95) ? "$.list" : AnyReference();
    if (random_.Percent(95)) {
      state["ItemSelector"] = ShapeTemplate();
      state["ItemSelector"]["item.$"] =
          random_.Pick({"$$.Map.Item.Value", "$$.Map.Item.Index", "$$.Map.Item"});
    }
    if (random_.Percent(60)) state["MaxConcurrency"] = random_.Below(4);
    state["ItemProcessor"] = Scope(depth + 1);
    if (random_.Percent(20)) state["ResultSelector"] = {{"some.$", "$[0:2]"}, {"all.$", "$"}};
    AddResultPath(&state, 95);
    AddHandlers(target, &state);
    return state;
  }

  Value End() {
    Value state;
    if (random_.Percent(70)) {
      state["Type"] = "Succeed";
      return state;
    }
    state["Type"] = "Fail";
    if (random_.Percent(60)) {
      state["Error"] = random_.Pick({"E1", "E2", "States.Timeout"});
    } else if (random_.Percent(50)) {
      state["ErrorPath"] = random_.Pick({"$.a", "$.n", "$.r.Error"});
    }
    if (random_.Percent(50)) state["Cause"] = "because";
    return state;
  }

  // A Choice cannot be the last.
  Value Inner(int depth, const Target& target, bool last) {
    const bool branches = depth < kDepthMax;
    switch (random_.Below(branches ? 14 : 10)) {
      case 0:
      case 1:
      case 2:
        return Pass();
      case 3:
      case 4:
        return last ? Task(target) : Choice(target);
      case 5:
        return Wait();
      case 10:
      case 11:
        return Parallel(depth, target);
      case 12:
      case 13:
        return Map(depth, target);
      default:
        return Task(target);
    }
  }

  Value Scope(int depth) {
    const std::vector<std::string> known_around = known_;
    const int scope_around = std::exchange(scope_, scopes_++);
    Value scope = Chain(depth);
    known_ = known_around;
    scope_ = scope_around;
    return scope;
  }

  Value Chain(int depth) {
    std::vector<std::string> chain;
    for (uint64_t i = depth + random_.Below(3); i < 5; ++i) chain.push_back(NewName());
    Value ends = Value::object();
    Value scope;
    scope["StartAt"] = chain[0];
    for (size_t i = 0; i < chain.size(); ++i) {
      const Target target = [&, i] {
        if (i + 1 < chain.size() && random_.Percent(70)) {
          return chain[i + 1 + random_.Below(chain.size() - i - 1)];
        }
        std::string name = NewName();
        ends[name] = End();
        return name;
      };
      const bool last = i + 1 == chain.size();
      Value state = Inner(depth, target, last);
      const bool jsonata = state["Type"] != "Map" && random_.Percent(30);
      if (jsonata) {
        state = InJsonata(state);
      } else {
        AddPaths(&state);
      }
      std::vector<std::string> assigned;
      AddAssign(jsonata, &state, &assigned);
      if (state.contains("Catch")) AddAssign(jsonata, &state["Catch"][0], &assigned);
      known_.insert(known_.end(), assigned.begin(), assigned.end());
      if (last) {
        state["End"] = true;
      } else {
        state[state["Type"] == "Choice" ? "Default" : "Next"] = chain[i + 1];
      }
      scope["States"][chain[i]] = state;
    }
    for (const auto& [name, end] : ends.items()) scope["States"][name] = end;
    return scope;
  }

  Random& random_;
  int names_ = 0;
  int scopes_ = 0;
  int scope_ = 0;                   // the one that is being made
  std::vector<std::string> known_;  // variables that its states, and those around, have assigned
};

// FNV-1a.
uint64_t HashOf(const std::string& text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

}  // namespace

Value GenerateDefinition(uint64_t seed) {
  Random random(seed);
  return GenerateDefinition(random);
}

Value GenerateDefinition(Random& random) { return Generator(&random).Machine(); }

Value GenerateInput(uint64_t seed) {
  Random random(seed ^ 0x1234567);
  return random.Percent(95) ? Shape(random) : Odd(random);
}

Worker GenerateWorker(uint64_t seed) {
  return [seed](const std::string& state, const std::string& input, int64_t now_ms) -> Answer {
    Random random(HashOf(fmt::format("{} {} {} {}", seed, state, input, now_ms)));
    Answer answer;
    answer.ms = random.Between(0, 9) * 1000 * random.Between(0, 4) + random.Between(1, 999);
    if (random.Percent(20)) {
      Failed failed;
      if (random.Percent(90)) {
        failed.error = random.Pick({"E1", "E2", "E1", "E2", "E3", "States.Timeout",
                                    "States.TaskFailed", "States.Runtime"});
      }
      if (random.Percent(70)) failed.cause = "as told";
      answer.result = failed;
    } else {
      answer.result = random.Percent(4)    ? Odd(random)
                      : random.Percent(30) ? Value::parse(input)
                                           : Shape(random);
    }
    return answer;
  };
}

}  // namespace asl::naive
