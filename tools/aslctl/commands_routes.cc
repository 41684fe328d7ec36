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

constexpr size_t kWhereColumns = 60;

// What a line says of the target: where the endpoint is, what a mock answers.
std::string Where(const asld::v1::Route& route) {
  if (route.to() == "mock")
    return route.error().empty() ? route.result()
                                 : fmt::format("{} {}", route.error(), route.cause());
  if (route.to() != "lambda") return "";
  std::string where = route.endpoint().empty() ? "AWS" : route.endpoint();
  if (!route.region().empty()) where += " region " + route.region();
  if (!route.profile().empty()) where += " profile " + route.profile();
  return where;
}

Json RouteJson(const asld::v1::Route& route) {
  Json json = {{"match", route.match()}, {"to", route.to()}};
  for (const auto& [name, text] : {std::pair{"endpoint", &route.endpoint()},
                                   {"region", &route.region()},
                                   {"profile", &route.profile()},
                                   {"error", &route.error()},
                                   {"cause", &route.cause()}}) {
    if (!text->empty()) json[name] = *text;
  }
  if (route.concurrency() > 0) json["concurrency"] = route.concurrency();
  if (!route.result().empty()) json["result"] = Json::parse(route.result(), nullptr, false);
  json["from"] = route.origin();
  return json;
}

}  // namespace

Exit ListRoutes(const workers::Server& server, const std::string& function, Form form) {
  const auto routes = OperatorClient(server).ListRoutes(function);
  if (!routes.ok()) return Tell(FailureOf(routes.status(), "cannot list the routes"));
  const Style style = StyleOf(stdout);
  Json list = Json::array();
  std::vector<std::vector<Cell>> rows = {{{"MATCH", Tone::kDim},
                                          {"TO", Tone::kDim},
                                          {"WHERE", Tone::kDim},
                                          {"AT ONCE", Tone::kDim},
                                          {"FROM", Tone::kDim}}};
  for (const asld::v1::Route& route : routes->routes()) {
    list.push_back(RouteJson(route));
    rows.push_back({{route.match(), Tone::kStrong},
                    {route.to()},
                    {OneLine(Where(route), kWhereColumns, style)},
                    {route.concurrency() > 0 ? std::to_string(route.concurrency()) : ""},
                    {route.origin(), Tone::kDim}});
  }
  Print(form, Json{{"routes", std::move(list)}}, {.name = "match", .list = "routes"},
        Columns(rows, style));
  return Exit::kOk;
}

Exit ReloadRoutes(const workers::Server& server) {
  const auto routes = OperatorClient(server).ReloadRoutes();
  if (!routes.ok()) return Tell(FailureOf(routes.status(), "the routes are as they were"));
  fmt::print(stderr, "{} routes\n", routes->routes());
  return Exit::kOk;
}

}  // namespace aslctl
