// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/ids.h"

#include <cassert>
#include <initializer_list>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "fmt/format.h"
#include "openssl/evp.h"
#include "openssl/sha.h"

namespace engine {

ExecutionNumber MakeExecutionNumber(asl::Millis time, uint32_t counter, PartitionId partition) {
  assert(counter < 4'096);
  assert(partition < kPartitionsMax);
  assert(time.value >= 0 && time.value < (int64_t{1} << 42));
  return ExecutionNumber{(static_cast<uint64_t>(time.value) << 22) | (uint64_t{counter} << 10) |
                         partition};
}

PartitionId PartitionOf(ExecutionNumber number) { return ToInt(number) & 1'023; }

asl::Millis TimeOf(ExecutionNumber number) {
  return asl::Millis{static_cast<int64_t>(ToInt(number) >> 22)};
}

namespace {

// Kept: SHA1() looks its algorithm up in every call, which takes longer than to hash a name.
class Sha1 {
 public:
  Sha1() : algorithm_(EVP_MD_fetch(nullptr, "SHA1", nullptr)), context_(EVP_MD_CTX_new()) {
    assert(algorithm_ != nullptr && context_ != nullptr);
  }
  ~Sha1() {
    EVP_MD_CTX_free(context_);
    EVP_MD_free(algorithm_);
  }
  Sha1(const Sha1&) = delete;
  Sha1& operator=(const Sha1&) = delete;

  void Hash(std::string_view bytes, unsigned char* digest) {
    const bool hashed = EVP_DigestInit_ex2(context_, algorithm_, nullptr) == 1 &&
                        EVP_DigestUpdate(context_, bytes.data(), bytes.size()) == 1 &&
                        EVP_DigestFinal_ex(context_, digest, nullptr) == 1;
    assert(hashed);
    (void)hashed;
  }

 private:
  EVP_MD* const algorithm_;
  EVP_MD_CTX* const context_;
};

}  // namespace

// The first half of SHA-1: well spread, in every OpenSSL, and nobody gains by a collision here.
Hash128 HashBytes(std::string_view bytes) {
  static thread_local Sha1 sha1;
  unsigned char digest[SHA_DIGEST_LENGTH];
  sha1.Hash(bytes, digest);
  Hash128 hash;
  for (int i = 0; i < 8; ++i) hash.high = (hash.high << 8) | digest[i];
  for (int i = 8; i < 16; ++i) hash.low = (hash.low << 8) | digest[i];
  return hash;
}

PartitionId OwnerOf(const Hash128& name_hash, uint32_t partitions) {
  return name_hash.low % partitions;
}

namespace {

// Several of these are made for every execution, and a format string has to be read each time. (The
// StrCat of Debian's Abseil takes no std::string_view.)
std::string Joined(std::initializer_list<std::string_view> parts) {
  size_t size = 0;
  for (const std::string_view part : parts) size += part.size();
  std::string text;
  text.reserve(size);
  for (const std::string_view part : parts) text.append(part);
  return text;
}

std::string Arn(const ArnScope& scope, std::string_view type, std::string_view name) {
  return Joined({"arn:aws:states:", scope.region, ":", scope.account, type, name});
}

// The first 64 bits of a UUID of version 7 in its usual form; nullopt when the text is anything else.
std::optional<uint64_t> FirstHalfOfUuid7(std::string_view text) {
  constexpr std::string_view kForm = "xxxxxxxx-xxxx-7xxx-xxxx-xxxxxxxxxxxx";
  if (text.size() != kForm.size() || text[14] != '7') return std::nullopt;
  uint64_t half = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool digit = c >= '0' && c <= '9';
    if (kForm[i] == '-' ? c != '-' : !digit && (c < 'a' || c > 'f')) return std::nullopt;
    if (i < 18 && c != '-')
      half = half << 4 | static_cast<uint64_t>(digit ? c - '0' : c - 'a' + 10);
  }
  return half;
}

}  // namespace

Hash128 HashName(std::string_view machine, std::string_view execution) {
  Hash128 hash = HashBytes(Joined({machine, ":", execution}));  // names hold no colon
  if (const auto half = FirstHalfOfUuid7(execution)) hash.high = *half;
  return hash;
}

std::string StateMachineArn(const ArnScope& scope, std::string_view machine) {
  return Arn(scope, ":stateMachine:", machine);
}

std::string QualifiedArn(const ArnScope& scope, std::string_view machine,
                         std::string_view qualifier) {
  return Joined({StateMachineArn(scope, machine), ":", qualifier});
}

std::string VersionArn(const ArnScope& scope, std::string_view machine, uint32_t version) {
  return QualifiedArn(scope, machine, fmt::format("{}", version));
}

std::string ExecutionArn(const ArnScope& scope, std::string_view machine,
                         std::string_view execution) {
  return Joined({"arn:aws:states:", scope.region, ":", scope.account, ":execution:", machine, ":",
                 execution});
}

std::string ActivityArn(const ArnScope& scope, std::string_view activity) {
  return Arn(scope, ":activity:", activity);
}

std::optional<std::string_view> TakeArnType(std::string_view* arn) {
  std::string_view parts[6];
  for (std::string_view& part : parts) {
    const size_t colon = arn->find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    part = arn->substr(0, colon);
    arn->remove_prefix(colon + 1);
  }
  if (parts[0] != "arn" || parts[2] != "states") return std::nullopt;
  return parts[5];
}

std::optional<MachineName> ParseMachineName(std::string_view arn_or_name) {
  std::string_view rest = arn_or_name;
  if (rest == "arn" || rest.substr(0, 4) == "arn:") {
    if (TakeArnType(&rest) != "stateMachine") return std::nullopt;
  }
  const size_t colon = rest.find(':');
  const bool qualified = colon != std::string_view::npos;
  if (qualified && rest.find(':', colon + 1) != std::string_view::npos) return std::nullopt;
  return MachineName{.machine = std::string(rest.substr(0, colon)),
                     .qualifier = std::string(qualified ? rest.substr(colon + 1) : "")};
}

std::optional<uint32_t> VersionOf(std::string_view qualifier) {
  uint32_t number = 0;
  if (!absl::SimpleAtoi(std::string(qualifier), &number) || number == 0) return std::nullopt;
  if (fmt::format("{}", number) != qualifier) return std::nullopt;  // "+1", "01"
  return number;
}

std::optional<std::string> ActivityNameOf(std::string_view arn_or_name) {
  if (arn_or_name.substr(0, 4) != "arn:") return std::string(arn_or_name);
  std::vector<std::string> parts = absl::StrSplit(std::string(arn_or_name), ':');
  if (parts.size() != 7 || parts[2] != "states" || parts[5] != "activity") return std::nullopt;
  return parts[6];
}

std::optional<ExecutionName> ParseExecutionArn(std::string_view arn) {
  std::vector<std::string> parts = absl::StrSplit(std::string(arn), ':');
  if (parts.size() != 8 || parts[0] != "arn" || parts[2] != "states" || parts[5] != "execution") {
    return std::nullopt;
  }
  return ExecutionName{.machine = parts[6], .name = parts[7]};
}

}  // namespace engine
