// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "asld/v1/operator.pb.h"
#include "tools/aslctl/commands.h"
#include "tools/aslctl/operator_client.h"
#include "tools/aslctl/style.h"

namespace aslctl {
namespace {

using Json = nlohmann::ordered_json;
using asld::v1::Source;

Json SourceJson(const Source& source) {
  Json json = {{"name", source.name()},
               {"queue", source.queue()},
               {"stateMachine", source.state_machine()},
               {"state", source.state()},
               {"received", source.received()},
               {"started", source.started()},
               {"duplicates", source.duplicates()},
               {"rejected", source.rejected()},
               {"returned", source.returned()},
               {"pending", source.pending()},
               {"unwanted", source.unwanted()},
               {"poison", source.poison()},
               {"deleted", source.deleted()},
               {"failed", source.failed()},
               {"inHand", source.in_hand()},
               {"open", source.open()}};
  if (source.has_visible()) json["visible"] = source.visible();
  if (source.has_in_flight()) json["inFlight"] = source.in_flight();
  if (!source.dead_letter_queue().empty()) json["deadLetterQueue"] = source.dead_letter_queue();
  return json;
}

Tone ToneOfState(const std::string& state) {
  if (state == "receiving") return Tone::kGood;
  return state == "paused" || state == "full" || state == "starting" ? Tone::kBusy : Tone::kBad;
}

std::vector<Cell> RowOf(const Source& source) {
  return {{source.name(), Tone::kStrong},
          {source.state_machine()},
          {source.state(), ToneOfState(source.state())},
          {source.has_visible() ? std::to_string(source.visible()) : "?"},
          {std::to_string(source.in_hand())},
          {std::to_string(source.open())},
          {std::to_string(source.received())},
          {std::to_string(source.started())},
          {std::to_string(source.duplicates())},
          {std::to_string(source.rejected())},
          {std::to_string(source.returned())}};
}

}  // namespace

Exit ListSources(const workers::Server& server, Form form) {
  const auto sources = OperatorClient(server).ListSources();
  if (!sources.ok()) return Tell(FailureOf(sources.status(), "cannot list sources"));
  Json list = Json::array();
  std::vector<std::vector<Cell>> rows(1);
  for (const char* head : {"SOURCE", "MACHINE", "STATE", "WAITING", "IN HAND", "OPEN", "RECEIVED",
                           "STARTED", "DUPLICATES", "REJECTED", "RETURNED"}) {
    rows[0].push_back({head, Tone::kDim});
  }
  for (const Source& source : sources->sources()) {
    list.push_back(SourceJson(source));
    rows.push_back(RowOf(source));
  }
  if (list.empty()) fmt::print(stderr, "no source is configured: see `sources` in the README\n");
  const std::string text = list.empty() ? "" : Columns(rows, StyleOf(stdout));
  Print(form, Json{{"sources", std::move(list)}}, {.name = "name", .list = "sources"}, text);
  return Exit::kOk;
}

Exit PauseSource(const workers::Server& server, const std::string& name, bool paused) {
  const absl::Status status = OperatorClient(server).PauseSource(name, paused);
  if (!status.ok()) {
    Failure failure =
        FailureOf(status, fmt::format("cannot {} '{}'", paused ? "pause" : "resume", name));
    if (failure.exit == Exit::kNotFound) failure.fix = "aslctl sources shows those there are";
    return Tell(failure);
  }
  fmt::print(stderr, "{} {}\n", paused ? "paused" : "resumed", name);
  return Exit::kOk;
}

}  // namespace aslctl
