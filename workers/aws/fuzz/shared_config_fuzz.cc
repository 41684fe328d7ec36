// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// Any bytes as a shared file of AWS are read or refused, and what a profile then says of endpoints is
// a URL or refused: an origin never holds what could lead a request elsewhere.
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "workers/aws/settings.h"

using namespace workers::aws;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const SharedFile kind : {SharedFile::kConfig, SharedFile::kCredentials}) {
    Settings settings{.variables = [](const std::string&) { return std::nullopt; }};
    if (!ParseSharedFile(bytes, kind, "fuzz", &settings.shared).ok()) continue;
    for (const auto& [name, section] : settings.shared.profiles) {
      settings.profile = name;
      const auto endpoint = ResolveEndpoint(settings, kLambda, ResolveRegion(settings));
      if (!endpoint.ok()) continue;
      assert(endpoint->origin.starts_with("http"));
      assert(endpoint->origin.find('/', 8) == std::string::npos);
      assert(endpoint->origin.find_first_of("@?# \r\n") == std::string::npos);
      assert(!endpoint->path.ends_with('/'));
    }
  }
  return 0;
}
