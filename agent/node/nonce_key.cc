// SPDX-License-Identifier: Apache-2.0
#include "agent/node/nonce_key.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include "agent/net/fd.h"
#include "agent/node/random.h"

namespace sipward::node {
namespace {

/// The key in the file, if the file is ours alone and whole.
std::optional<std::string> read_key(const std::string& path) {
  const net::Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  struct stat status {};
  if (!fd.is_open() || fstat(fd.get(), &status) != 0) return std::nullopt;
  if (!S_ISREG(status.st_mode) || (status.st_mode & 077) != 0) return std::nullopt;
  std::array<char, kNonceKeyLength + 1> octets{};
  if (read(fd.get(), octets.data(), octets.size()) != static_cast<ssize_t>(kNonceKeyLength)) {
    return std::nullopt;
  }
  return std::string(octets.data(), kNonceKeyLength);
}

/// Written beside and renamed: a reader sees the old key, the new one, or none.
bool write_key(const std::string& path, const std::string& key) {
  const std::string beside = path + ".new";
  unlink(beside.c_str());
  const net::Fd fd(open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  return fd.is_open() &&
         write(fd.get(), key.data(), key.size()) == static_cast<ssize_t>(key.size()) &&
         fsync(fd.get()) == 0 && rename(beside.c_str(), path.c_str()) == 0;
}

}  // namespace

NonceKey load_nonce_key(const std::string& state_directory) {
  const std::string path = state_directory + "/nonce.key";
  if (auto key = read_key(path)) return {.octets = std::move(*key), .warning = {}};
  NonceKey made{.octets = random_octets(kNonceKeyLength), .warning = {}};
  if (!write_key(path, made.octets)) {
    made.warning = fmt::format("{} cannot be written: {}: challenges end with this process", path,
                               std::strerror(errno));
  }
  return made;
}

}  // namespace sipward::node
