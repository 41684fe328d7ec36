// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "asl/jsonata/regex.h"

#include "asl/jsonata/limits.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace asl::jsonata {
namespace {

struct Free {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
  void operator()(pcre2_compile_context* context) const { pcre2_compile_context_free(context); }
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

// JavaScript's dialect as far as options reach: $ is the very end, [] and [^] are classes, \u1234
// is a character, a back reference to an unset group matches nothing.
constexpr uint32_t kOptions = PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_NEVER_BACKSLASH_C |
                              PCRE2_ALLOW_EMPTY_CLASS | PCRE2_ALT_BSUX | PCRE2_DOLLAR_ENDONLY |
                              PCRE2_MATCH_UNSET_BACKREF | PCRE2_NEVER_UCP;
constexpr size_t kPatternBytesMax = 100'000;
constexpr uint32_t kParenthesesMax = 200;

}  // namespace

struct Regex::Code {
  Owned<pcre2_code> code;
};

Regex::Regex(std::unique_ptr<Code> code) : code_(std::move(code)) {}
Regex::~Regex() = default;

std::shared_ptr<const Regex> Regex::Compile(const std::string& pattern, std::string_view flags,
                                            std::string* problem) {
  Owned<pcre2_compile_context> context(pcre2_compile_context_create(nullptr));
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_ANYCRLF);
  pcre2_set_max_pattern_length(context.get(), kPatternBytesMax);
  pcre2_set_parens_nest_limit(context.get(), kParenthesesMax);
  uint32_t options = kOptions;
  if (flags.find('i') != std::string_view::npos) options |= PCRE2_CASELESS;
  if (flags.find('m') != std::string_view::npos) options |= PCRE2_MULTILINE;
  int error = 0;
  PCRE2_SIZE offset = 0;
  auto made = std::make_unique<Code>();
  made->code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                                 options, &error, &offset, context.get()));
  if (made->code == nullptr) {
    unsigned char text[120];
    pcre2_get_error_message(error, text, sizeof(text));
    *problem = reinterpret_cast<const char*>(text);
    return nullptr;
  }
  pcre2_jit_compile(made->code.get(), PCRE2_JIT_COMPLETE);  // where it fails, matching interprets
  return std::shared_ptr<const Regex>(new Regex(std::move(made)));
}

Matching Regex::Match(std::string_view subject, size_t from, uint32_t effort,
                      std::vector<Span>* groups) const {
  Owned<pcre2_match_context> context(pcre2_match_context_create(nullptr));
  pcre2_set_match_limit(context.get(), effort);
  pcre2_set_depth_limit(context.get(), effort);
  pcre2_set_heap_limit(context.get(), kRegexHeapKibMax);
  Owned<pcre2_match_data> data(pcre2_match_data_create_from_pattern(code_->code.get(), nullptr));
  // Our texts are well formed, lone surrogates included, so PCRE2 need not look.
  const int found =
      pcre2_match(code_->code.get(), reinterpret_cast<PCRE2_SPTR>(subject.data()), subject.size(),
                  from, PCRE2_NO_UTF_CHECK, data.get(), context.get());
  if (found == PCRE2_ERROR_NOMATCH) return Matching::kNoMatch;
  if (found < 0) return Matching::kTooCostly;
  const PCRE2_SIZE* offsets = pcre2_get_ovector_pointer(data.get());
  groups->clear();
  for (uint32_t i = 0; i < pcre2_get_ovector_count(data.get()); ++i) {
    const bool set = offsets[2 * i] != PCRE2_UNSET;
    groups->push_back(set ? Span{offsets[2 * i], offsets[2 * i + 1]} : Span{});
  }
  return Matching::kMatch;
}

}  // namespace asl::jsonata
