// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "workers/aws/shared_config.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "fmt/format.h"

namespace workers::aws {
namespace {

std::string Trimmed(std::string_view text) {
  std::string trimmed(text);
  absl::StripAsciiWhitespace(&trimmed);
  return trimmed;
}

// A value ends at a '#' or ';' that a blank precedes.
std::string Value(std::string_view text) {
  for (size_t at = 1; at < text.size(); ++at) {
    if ((text[at] == '#' || text[at] == ';') && absl::ascii_isspace(text[at - 1]))
      return Trimmed(text.substr(0, at));
  }
  return Trimmed(text);
}

struct Pair {
  std::string name, value;
};

std::optional<Pair> ReadPair(std::string_view line) {
  const size_t equals = line.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  std::string name = Trimmed(line.substr(0, equals));
  absl::AsciiStrToLower(&name);
  // The blank makes a comment right after the '=' one too.
  return Pair{std::move(name), Value(" " + std::string(line.substr(equals + 1)))};
}

class Parser {
 public:
  Parser(SharedFile kind, SharedConfig* config) : kind_(kind), config_(config) {}

  // False: the line is neither of the forms in the header.
  bool Line(std::string_view line) {
    const std::string text = Trimmed(line);
    if (text.empty() || text[0] == '#' || text[0] == ';') return true;
    if (text[0] == '[') return Section(text);
    if (section_ == nullptr) return skipping_;
    if (absl::ascii_isspace(line[0]) && !name_.empty()) return Continuation(text);
    std::optional<Pair> pair = ReadPair(text);
    if (!pair || pair->name.empty()) return false;
    name_ = pair->name;
    section_->values.insert_or_assign(std::move(pair->name), std::move(pair->value));
    return true;
  }

 private:
  bool Section(const std::string& text) {
    const size_t end = text.find(']');
    if (end == std::string::npos) return false;
    const std::string title = Trimmed(text.substr(1, end - 1));
    const size_t blank = title.find_first_of(" \t");
    const std::string kind = title.substr(0, blank);
    std::string name = blank == std::string::npos ? "" : Trimmed(title.substr(blank));
    if (name.size() >= 2 && name.front() == '"' && name.back() == '"')
      name = name.substr(1, name.size() - 2);
    name_.clear();
    section_ = nullptr;
    skipping_ = true;  // sso-session, plugins and what else there may come
    if (kind_ == SharedFile::kCredentials || title == "default") {
      section_ = &config_->profiles[title];
    } else if (kind == "profile" && !name.empty()) {
      section_ = &config_->profiles[name];
    } else if (kind == "services" && !name.empty()) {
      section_ = &config_->services[name];
    }
    return true;
  }

  bool Continuation(const std::string& text) {
    std::string& value = section_->values[name_];
    if (!value.empty()) {
      value += '\n' + text;
      return true;
    }
    std::optional<Pair> pair = ReadPair(text);
    if (!pair) return false;
    section_->nested[name_].insert_or_assign(std::move(pair->name), std::move(pair->value));
    return true;
  }

  const SharedFile kind_;
  SharedConfig* const config_;
  ConfigSection* section_ = nullptr;  // nullptr before the first and inside one that is skipped
  bool skipping_ = false;
  std::string name_;  // of the last property: an indented line belongs to it
};

absl::Status ReadInto(const Variables& variables, const char* variable, const char* otherwise,
                      SharedFile kind, SharedConfig* config) {
  const std::optional<std::string> named = variables(variable);
  const std::string path = named.value_or(otherwise);
  absl::StatusOr<std::string> text = ReadFile(variables, path);
  if (absl::IsNotFound(text.status())) return absl::OkStatus();
  if (!text.ok()) return text.status();
  return ParseSharedFile(*text, kind, path, config);
}

}  // namespace

Variables ProcessVariables() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr || *value == '\0') return std::nullopt;
    return value;
  };
}

const std::string* ConfigSection::Find(std::string_view name) const {
  const auto found = values.find(name);
  return found == values.end() || found->second.empty() ? nullptr : &found->second;
}

absl::StatusOr<std::string> ReadFile(const Variables& variables, std::string path,
                                     size_t bytes_max) {
  if (path.rfind("~/", 0) == 0) {
    const std::optional<std::string> home = variables("HOME");
    if (!home) return absl::NotFoundError(fmt::format("{}: HOME is not set", path));
    path = *home + path.substr(1);
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::string message = fmt::format("cannot read {}: {}", path, std::strerror(errno));
    return errno == ENOENT ? absl::NotFoundError(message) : absl::FailedPreconditionError(message);
  }
  std::string text(bytes_max + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || (file.gcount() == 0 && !file.eof()))
    return absl::FailedPreconditionError(fmt::format("cannot read {}", path));
  text.resize(static_cast<size_t>(file.gcount()));
  if (text.size() > bytes_max)
    return absl::FailedPreconditionError(
        fmt::format("{} has more than {} bytes: is it the right file?", path, bytes_max));
  return text;
}

absl::Status ParseSharedFile(std::string_view text, SharedFile kind, std::string_view path,
                             SharedConfig* config) {
  Parser parser(kind, config);
  int number = 0;
  while (!text.empty()) {
    ++number;
    const size_t end = std::min(text.find('\n'), text.size());
    // The line is not shown: it may hold a secret.
    if (!parser.Line(text.substr(0, end)))
      return absl::InvalidArgumentError(
          fmt::format("{}:{}: expected a [section], a comment or a 'name = value'", path, number));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return absl::OkStatus();
}

absl::StatusOr<SharedConfig> ReadSharedConfig(const Variables& variables) {
  SharedConfig config;
  if (absl::Status read =
          ReadInto(variables, "AWS_CONFIG_FILE", "~/.aws/config", SharedFile::kConfig, &config);
      !read.ok())
    return read;
  if (absl::Status read = ReadInto(variables, "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials",
                                   SharedFile::kCredentials, &config);
      !read.ok())
    return read;
  return config;
}

}  // namespace workers::aws
