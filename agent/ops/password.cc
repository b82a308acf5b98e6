// SPDX-License-Identifier: Apache-2.0
#include "agent/ops/password.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace sipward::ops {
namespace {

/// The terminal, its echo off as long as this lives.
class SilentTerminal {
 public:
  SilentTerminal() : fd_(open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)) {
    if (fd_ < 0 || tcgetattr(fd_, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    silent_ = tcsetattr(fd_, TCSAFLUSH, &silent) == 0;
  }
  ~SilentTerminal() {
    if (silent_) tcsetattr(fd_, TCSAFLUSH, &before_);
    if (fd_ >= 0) close(fd_);
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;

  [[nodiscard]] bool is_silent() const { return silent_; }
  [[nodiscard]] int fd() const { return fd_; }
  void write(std::string_view text) const {
    [[maybe_unused]] const ssize_t written = ::write(fd_, text.data(), text.size());
  }

 private:
  int fd_;
  termios before_{};
  bool silent_ = false;
};

sip::Result<Password, std::string> ask(const SilentTerminal& terminal, const std::string& prompt) {
  terminal.write(prompt);
  auto password = read_password(terminal.fd());
  terminal.write("\n");
  return password;
}

}  // namespace

sip::Result<Password, std::string> read_password(int fd) {
  std::string text;
  char c = 0;
  while (true) {
    const ssize_t count = read(fd, &c, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::string("cannot read the password: ") + std::strerror(errno);
    if (count == 0 || c == '\n') break;
    text += c;
    if (text.size() > kMaxPassword) return std::string("the password is longer than 255 octets");
  }
  if (text.ends_with('\r')) text.pop_back();
  if (text.empty()) return std::string("the password is empty");
  return Password{std::move(text)};
}

sip::Result<Password, std::string> ask_password(std::string_view whose) {
  const SilentTerminal terminal;
  if (!terminal.is_silent()) {
    return std::string("there is no terminal to ask for the password: use --password-stdin");
  }
  auto first = ask(terminal, "Password for " + std::string(whose) + ": ");
  if (!first) return first;
  const auto second = ask(terminal, "Again: ");
  if (!second) return second;
  if (first->text != second->text) return std::string("the two passwords differ");
  return first;
}

}  // namespace sipward::ops
