// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "tests/sim/trace.h"

#include "fmt/format.h"

namespace sim {

void Trace::Add(asl::Millis now, std::string_view who, std::string_view what, std::string detail) {
  if (steps_ == 0) start_ = now;
  for (std::string_view part : {who, what, std::string_view(detail)}) {
    for (char c : part)
      fingerprint_ = (fingerprint_ ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  }
  lines_.push_back({++steps_, now, std::string(who), std::string(what), std::move(detail)});
  if (lines_.size() > shown_) lines_.pop_front();
}

void Trace::Print(std::FILE* out) const {
  std::fputs(fmt::format("{:>6}  {:>9}  {:<6}  {:<9}  {}\n", "step", "ms", "who", "what", "detail")
                 .c_str(),
             out);
  for (const Line& line : lines_) {
    std::fputs(fmt::format("{:>6}  {:>9}  {:<6}  {:<9}  {}\n", line.step, line.now - start_,
                           line.who, line.what, line.detail)
                   .c_str(),
               out);
  }
}

}  // namespace sim
