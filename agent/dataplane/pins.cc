// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/pins.h"

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <set>
#include <system_error>

namespace sipward::dataplane {

namespace {

constexpr long kBpffsMagic = 0xcafe4a11;  // <linux/magic.h>: BPF_FS_MAGIC

std::string_view prefix_of(Pin pin) {
  switch (pin) {
    case Pin::kGateProgram:
      return "prog_gate_";
    case Pin::kTagProgram:
      return "prog_tag_";
    case Pin::kGateLink:
      return "link_xdp_";
    case Pin::kTagLink:
      return "link_tc_";
  }
  return {};
}

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

std::string encode(std::string_view interface) {
  std::string text;
  for (const char c : interface) {
    text += is_plain(c) ? std::string(1, c) : fmt::format("%{:02x}", static_cast<unsigned char>(c));
  }
  return text;
}

std::string decode(std::string_view text) {
  std::string interface;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned octet = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, octet, 16).ec == std::errc{}) {
      interface += static_cast<char>(octet);
      i += 2;
    } else {
      interface += text[i];
    }
  }
  return interface;
}

}  // namespace

std::string pin_of(const std::string& pin_path, Pin pin, std::string_view interface) {
  return fmt::format("{}/{}{}", pin_path, prefix_of(pin), encode(interface));
}

std::vector<std::string> pinned_interfaces(const std::string& pin_path) {
  std::set<std::string> found;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(pin_path, ignored)) {
    const std::string name = entry.path().filename().string();
    for (const Pin pin : kPins) {
      if (name.starts_with(prefix_of(pin)))
        found.insert(decode(name.substr(prefix_of(pin).size())));
    }
  }
  return {found.begin(), found.end()};
}

bool is_bpffs(const std::filesystem::path& folder) {
  struct statfs info {};
  return ::statfs(folder.c_str(), &info) == 0 && info.f_type == kBpffsMagic;
}

std::filesystem::path nearest_existing(std::filesystem::path path) {
  std::error_code ignored;
  while (path.has_relative_path() && !std::filesystem::exists(path, ignored)) {
    path = path.parent_path();
  }
  return path;
}

bool exists(const std::string& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0;
}

Descriptor open_pinned(const std::string& path) { return Descriptor{bpf_obj_get(path.c_str())}; }

Descriptor open_pinned_map_to_read(const std::string& path) {
  LIBBPF_OPTS(bpf_obj_get_opts, options, .file_flags = BPF_F_RDONLY);
  return Descriptor{bpf_obj_get_opts(path.c_str(), &options)};
}

bool pin_new(int fd, const std::string& path) {
  ::unlink(path.c_str());
  return bpf_obj_pin(fd, path.c_str()) == 0;
}

bool pin_over(int fd, const std::string& path) {
  const std::string next = path + "_next";
  ::unlink(next.c_str());
  if (bpf_obj_pin(fd, next.c_str()) != 0) return false;
  if (std::rename(next.c_str(), path.c_str()) == 0) return true;
  const int error = errno;
  ::unlink(next.c_str());
  errno = error;
  return false;
}

std::string errno_text(int error) {
  return std::error_code(error, std::system_category()).message();
}

std::string cannot_open(const std::string& path, int error) {
  if (error == ENOENT) {
    return fmt::format("{} is not there: is the gate attached (sipward-gate attach)?", path);
  }
  if (error == EACCES || error == EPERM) {
    return fmt::format(
        "{}: {}: it is for root and the group it was attached with, and every "
        "folder above it must be searchable (chmod o+x /sys/fs/bpf)",
        path, errno_text(error));
  }
  return fmt::format("{}: {}", path, errno_text(error));
}

sip::Result<PinFolder, std::string> PinFolder::open(const std::string& pin_path) {
  const auto parent = nearest_existing(pin_path);
  if (!is_bpffs(parent)) {
    return fmt::format("{} does not lie on a bpffs: mount -t bpf bpf /sys/fs/bpf", pin_path);
  }
  std::error_code error;
  const bool made = std::filesystem::create_directories(pin_path, error);
  if (error) return fmt::format("cannot make {}: {}", pin_path, error.message());
  if (made) ::chmod(pin_path.c_str(), 0750);
  Descriptor lock{::open(pin_path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!lock) return fmt::format("cannot open {}: {}", pin_path, errno_text(errno));
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    return fmt::format("another sipward-gate is at work on {}: try again when it is done",
                       pin_path);
  }
  return PinFolder{std::move(lock), made};
}

}  // namespace sipward::dataplane
