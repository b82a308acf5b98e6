// SPDX-License-Identifier: Apache-2.0
// What the verifier has to walk through decides on which kernels the gate loads, and how long an
// attach takes. The limit is a million instructions; the budget leaves room for older verifiers,
// and for the code that other compilers make of the same source.
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <linux/bpf.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <sstream>

#include "agent/dataplane/settings.h"
#include "tests/kernel/lab.h"

namespace sipward::test {
namespace {

constexpr std::uint32_t kGateBudget = 20'000;
constexpr std::uint32_t kTagBudget = 100;

bpf_prog_info info_of(int program) {
  bpf_prog_info info{};
  __u32 size = sizeof(info);
  EXPECT_EQ(bpf_obj_get_info_by_fd(program, &info, &size), 0);
  return info;
}

/// Everything on: the verifier skips what a constant turns off.
dataplane::GateConfig with_everything() {
  auto config = test_config();
  config.emergency = true;
  config.tag_suspects = true;
  config.fragments = dataplane::Fragments::kTrack;
  config.policy.fail_mode = dataplane::FailMode::kClosed;
  config.policy.anchor = {.vlan = true, .mac = true, .hop_limit = true};
  config.listeners.resize(SIPWARD_MAX_LISTENERS, config.listeners.front());
  for (auto& listener : config.listeners) listener.transport = sip::Transport::kTcp;
  return config;
}

TEST(Verifier, StaysWithinItsBudget) {
  for (const bool everything : {false, true}) {
    const GateUnderTest gate(everything ? with_everything() : test_config());
    const bpf_prog_info info = info_of(gate.program().gate_fd());
    RecordProperty(everything ? "instructions_with_everything" : "instructions",
                   static_cast<int>(info.verified_insns));
    EXPECT_LT(info.verified_insns, kGateBudget);
    EXPECT_STREQ(info.name, "sipward_gate");
    EXPECT_NE(info.btf_id, 0U) << "bpftool needs the types";
    EXPECT_LT(info_of(gate.program().tag_fd()).verified_insns, kTagBudget);
  }
}

constexpr int kOldestClang = 14;
constexpr int kNewestClang = 30;

/// `clang` is mostly one of the others.
std::vector<std::string> names_of_clang() {
  std::vector<std::string> names;
  for (int version = kOldestClang; version <= kNewestClang; ++version) {
    names.push_back(fmt::format("clang-{}", version));
  }
  names.emplace_back("clang");
  return names;
}

/// Where the PATH has them, each once, with its name.
std::map<std::filesystem::path, std::string> installed_clangs() {
  std::map<std::filesystem::path, std::string> found;
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    for (const std::string& name : names_of_clang()) {
      std::error_code missing;
      const auto real = std::filesystem::canonical(std::filesystem::path(folder) / name, missing);
      if (!missing) found.emplace(real, name);
    }
  }
  return found;
}

/// The object that a compiler makes of the gate's source with the flags of the build.
class Compiled {
 public:
  explicit Compiled(const std::string& clang)
      : file_(fmt::format("{}/sw-gate-{}.o", std::filesystem::temp_directory_path().string(),
                          ::getpid())) {
    const std::string command = fmt::format("{} {} -c {}/bpf/gate.bpf.c -o {}", clang,
                                            SIPWARD_BPF_FLAGS, SIPWARD_SOURCE_DIR, file_);
    if (std::system(command.c_str()) != 0) throw std::runtime_error(command);
    object_.reset(bpf_object__open_file(file_.c_str(), nullptr));
    if (!object_) throw std::runtime_error("libbpf cannot read what " + clang + " made");
  }
  ~Compiled() { std::filesystem::remove(file_); }
  Compiled(const Compiled&) = delete;
  Compiled& operator=(const Compiled&) = delete;

  [[nodiscard]] bool load(sipward_settings settings) const {
    bpf_map* bits = bpf_object__find_map_by_name(object_.get(), "address_filter");
    settings.filter_words = bpf_map__max_entries(bits) / SIPWARD_FILTER_PARTS;
    settings.shortcut = 1;
    return write_constant("settings", &settings, sizeof(settings)) &&
           bpf_object__load(object_.get()) == 0;
  }
  [[nodiscard]] std::uint32_t instructions(const char* program) const {
    return info_of(bpf_program__fd(bpf_object__find_program_by_name(object_.get(), program)))
        .verified_insns;
  }

 private:
  struct Close {
    void operator()(bpf_object* object) const { bpf_object__close(object); }
  };

  /// Into the place that the object's types say the variable has in .rodata.
  [[nodiscard]] bool write_constant(std::string_view name, const void* value,
                                    std::size_t size) const {
    const btf* types = bpf_object__btf(object_.get());
    const int section = btf__find_by_name_kind(types, ".rodata", BTF_KIND_DATASEC);
    if (section < 0) return false;
    const btf_type* type = btf__type_by_id(types, static_cast<__u32>(section));
    for (int i = 0; i < btf_vlen(type); ++i) {
      const btf_var_secinfo& variable = btf_var_secinfos(type)[i];
      const btf_type* of = btf__type_by_id(types, variable.type);
      if (name != btf__name_by_offset(types, of->name_off)) continue;
      std::size_t room = 0;
      const auto* octets = static_cast<const char*>(bpf_map__initial_value(rodata(), &room));
      if (octets == nullptr || variable.offset + size > room) return false;
      std::vector<char> changed(octets, octets + room);
      std::memcpy(changed.data() + variable.offset, value, size);
      return bpf_map__set_initial_value(rodata(), changed.data(), room) == 0;
    }
    return false;
  }
  [[nodiscard]] bpf_map* rodata() const {
    bpf_map* map = nullptr;
    bpf_object__for_each_map(map, object_.get()) {
      if (std::string_view(bpf_map__name(map)).ends_with(".rodata")) return map;
    }
    return nullptr;
  }

  std::string file_;
  std::unique_ptr<bpf_object, Close> object_;
};

TEST(Verifier, TakesWhatEachInstalledClangMakes) {
  const auto clangs = installed_clangs();
  ASSERT_FALSE(clangs.empty());
  for (const auto& [path, name] : clangs) {
    SCOPED_TRACE(name + ", " + path.string());
    const Compiled object(path.string());
    const sipward_settings settings =
        dataplane::make_settings(with_everything(), {"sw0", kSlot}, {1, 2});
    ASSERT_TRUE(object.load(settings));
    const std::uint32_t gate = object.instructions("sipward_gate");
    const std::uint32_t tag = object.instructions("sipward_tag");
    RecordProperty("gate_by_" + name, static_cast<int>(gate));
    RecordProperty("tag_by_" + name, static_cast<int>(tag));
    EXPECT_LT(gate, kGateBudget);
    EXPECT_GT(gate, 1'000U) << "so little is not the gate with everything on";
    EXPECT_LT(tag, kTagBudget);
  }
}

}  // namespace
}  // namespace sipward::test
