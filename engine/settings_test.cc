// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The asld authors
#include "engine/settings.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace engine {
namespace {

using enum SettingKind;

const std::vector<Setting> kTable = {
    {"data-dir", kText, "asld-data", ""},
    {"http-address", kAddress, "127.0.0.1:8083", "", 0, 0, {"off"}},
    {"partitions", kNumber, "16", "", 1, 1'024},
    {"cache-bytes", kBytes, "256MiB", "", 1, int64_t{1} << 40},
    {"accept-loss", kSwitch, "false", ""},
    {"log-level", kChoice, "info", "", 0, 0, {"info", "error"}},
    {"redeliver", kList, "", ""},
    {"region", kText, "us-east-1", "", 0, 0, {}, "AWS_DEFAULT_REGION"},
};

std::map<std::string, std::string> variables;
const char* Variable(const std::string& name) {
  const auto it = variables.find(name);
  return it == variables.end() ? nullptr : it->second.c_str();
}

class Settings : public testing::Test {
 protected:
  Settings() {
    std::string name = (std::filesystem::temp_directory_path() / "asld-conf-XXXXXX").string();
    directory_ = mkdtemp(name.data());
    path_ = directory_ + "/asld.yaml";
    variables.clear();
  }
  ~Settings() override { std::filesystem::remove_all(directory_); }

  absl::StatusOr<SettingValues> Read(const std::string& text) {
    std::ofstream(path_) << text;
    return ReadSettingsFile(path_, kTable);
  }
  // The error of a file, without its folder.
  std::string Refusal(const std::string& text) {
    const absl::StatusOr<SettingValues> values = Read(text);
    if (values.ok()) return "accepted";
    const std::string message(values.status().message());
    return message.starts_with(directory_) ? message.substr(directory_.size() + 1) : message;
  }
  // "value from origin" of one setting.
  std::string Effective(const SettingValues& flags, const SettingValues& file, const char* name) {
    const absl::StatusOr<SettingValues> values = ResolveSettings(kTable, flags, file, Variable);
    if (!values.ok()) return std::string(values.status().message());
    const SettingValue& value = values->find(name)->second;
    const std::string& origin = value.origin;
    const size_t folder = origin.starts_with(directory_) ? directory_.size() + 1 : 0;
    return value.text + " from " + origin.substr(folder);
  }

  std::string directory_, path_;
};

TEST_F(Settings, AFlagWinsOverAVariableAVariableOverTheFileAndTheFileOverTheDefault) {
  const SettingValues none;
  const SettingValues file = *Read("# how many\npartitions: 3\n");
  const SettingValues flags = {{"partitions", *CheckSetting(kTable[2], "5", "--partitions")}};

  EXPECT_EQ(Effective(none, none, "partitions"), "16 from default");
  EXPECT_EQ(Effective(none, file, "partitions"), "3 from asld.yaml:2");
  variables["ASLD_PARTITIONS"] = "4";
  EXPECT_EQ(Effective(none, file, "partitions"), "4 from ASLD_PARTITIONS");
  EXPECT_EQ(Effective(flags, file, "partitions"), "5 from --partitions");
}

TEST_F(Settings, OurOwnVariableWinsOverTheOneThatAwsToolsRead) {
  variables["AWS_DEFAULT_REGION"] = "eu-west-1";
  EXPECT_EQ(Effective({}, {}, "region"), "eu-west-1 from AWS_DEFAULT_REGION");
  variables["ASLD_REGION"] = "eu-north-1";
  EXPECT_EQ(Effective({}, {}, "region"), "eu-north-1 from ASLD_REGION");
}

TEST_F(Settings, AnUnknownKeyIsNamedWithItsLineAndTheOneThatWasMeant) {
  EXPECT_EQ(Refusal("data-dir: x\npartitons: 3\n"),
            "asld.yaml:2: there is no setting 'partitons'; did you mean partitions?");
  EXPECT_EQ(Refusal("colour: red\n"),
            "asld.yaml:1: there is no setting 'colour'; `asld config` shows those there are");
  EXPECT_EQ(Refusal("data_dir: x\n"),
            "asld.yaml:1: there is no setting 'data_dir'; did you mean data-dir?");
}

TEST_F(Settings, AWrongTypeOrRangeSaysWhatIsAllowed) {
  EXPECT_EQ(Refusal("partitions: many\n"),
            "asld.yaml:1: partitions is 'many', but must be a whole number from 1 to 1024");
  EXPECT_EQ(Refusal("partitions: 2000\n"),
            "asld.yaml:1: partitions is '2000', but must be a whole number from 1 to 1024");
  EXPECT_EQ(Refusal("partitions: [1]\n"),
            "asld.yaml:1: partitions must be a whole number from 1 to 1024, and there is a list");
  EXPECT_EQ(Refusal("accept-loss: perhaps\n"),
            "asld.yaml:1: accept-loss is 'perhaps', but must be true or false");
  EXPECT_EQ(Refusal("log-level: loud\n"),
            "asld.yaml:1: log-level is 'loud', but must be one of info, error");
  EXPECT_EQ(Refusal("http-address: here\n"),
            "asld.yaml:1: http-address is 'here', but must be HOST:PORT, or off");
  EXPECT_EQ(Refusal("data-dir:\n"),
            "asld.yaml:1: data-dir must be a text that is not empty, and there is nothing");
  EXPECT_EQ(Refusal("redeliver: [[a]]\n"),
            "asld.yaml:1: redeliver holds something that is no text");
  EXPECT_EQ(Refusal("cache-bytes: 2GB\n"),
            "asld.yaml:1: cache-bytes is '2GB', but must be bytes from 1 to 1099511627776, as in "
            "64MiB or 1GiB");
}

TEST_F(Settings, WhatIsNoYamlOrNoMappingIsRefusedWithItsLine) {
  EXPECT_EQ(Refusal("partitions: 1\nredeliver: [a\n").substr(0, 22), "asld.yaml:3: not YAML:");
  EXPECT_EQ(Refusal("- data-dir\n"),
            "asld.yaml:1: expected a mapping of settings, as in `data-dir: /var/lib/asld`");
  EXPECT_EQ(Refusal("partitions: 1\npartitions: 2\n"),
            "asld.yaml:2: partitions is set twice; first at " + path_ + ":1");
  std::filesystem::remove(path_);
  EXPECT_EQ(ReadSettingsFile(path_, kTable).status().message(),
            path_ + ": there is no such file; give another with --config or ASLD_CONFIG");
}

TEST_F(Settings, SizesAndListsAreReadAsWritten) {
  const SettingValues values =
      *Read("cache-bytes: 64 MiB\nredeliver: [charge, activity:sign]\naccept-loss: yes\n");
  EXPECT_EQ(values.find("cache-bytes")->second.number, 64 << 20);
  EXPECT_EQ(values.find("redeliver")->second.items,
            (std::vector<std::string>{"charge", "activity:sign"}));
  EXPECT_TRUE(values.find("accept-loss")->second.on);
  EXPECT_TRUE(Read("")->empty());
}

TEST_F(Settings, WhatIsPrintedIsAFileThatSaysTheSame) {
  const SettingValues file = *Read("redeliver: [a, b]\nhttp-address: \"off\"\n");
  const SettingValues values = *ResolveSettings(kTable, {}, file, Variable);

  const std::string printed = PrintSettings(kTable, values);

  EXPECT_NE(printed.find("partitions: 16  # default\n"), std::string::npos) << printed;
  EXPECT_NE(printed.find("redeliver: [a, b]  # " + path_ + ":1\n"), std::string::npos) << printed;
  const absl::StatusOr<SettingValues> again = Read(printed);
  ASSERT_TRUE(again.ok()) << again.status();
  for (const Setting& setting : kTable) {
    EXPECT_EQ(again->find(setting.name)->second.items, values.find(setting.name)->second.items);
    EXPECT_EQ(again->find(setting.name)->second.number, values.find(setting.name)->second.number);
  }
}

}  // namespace
}  // namespace engine
