// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
//
// What a server needs for TLS; HTTP and gRPC take the same. Plain data, filled by main from the
// settings and read once, when a server starts; any thread.
#pragma once

#include <string>

namespace engine {

// PEM files; none: no TLS.
struct TlsFiles {
  std::string certificate;  // with the chain above it
  std::string key;
};

}  // namespace engine
