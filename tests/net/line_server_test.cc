// SPDX-License-Identifier: Apache-2.0
#include "agent/net/line_server.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/net/folder.h"
#include "tests/net/loop.h"

namespace sipward::net {
namespace {

using namespace std::chrono_literals;
using Stream = asio::local::stream_protocol;

/// Sends octets and collects what comes back until the server ends the connection.
class Client {
 public:
  Client(asio::io_context& io, const std::string& path) : socket_(io) {
    socket_.connect(Stream::endpoint(path));
  }
  void send(const std::string& text) { asio::write(socket_, asio::buffer(text)); }
  void collect() {
    socket_.async_read_some(asio::buffer(part_), [this](ErrorCode error, std::size_t count) {
      if (error == asio::error::operation_aborted) return;  // this client is gone
      answer_.append(part_.data(), count);
      ended_ = static_cast<bool>(error);
      if (!error) collect();
    });
  }
  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] const std::string& answer() const { return answer_; }

 private:
  Stream::socket socket_;
  std::array<char, 1'024> part_{};
  std::string answer_;
  bool ended_ = false;
};

struct Server {
  explicit Server(LineServer::Limits limits = {})
      : path(folder.file("s")), server(io, open(), limits) {
    server.start([this](std::string_view line) {
      lines.emplace_back(line);
      return "<" + std::string(line) + ">";
    });
  }
  Fd open() {
    auto fd = listen_unix(path);
    if (!fd) throw std::runtime_error(fd.error());
    return std::move(*fd);
  }
  std::unique_ptr<Client> client() {
    auto one = std::make_unique<Client>(io, path);
    one->collect();
    return one;
  }
  bool ended(const std::vector<std::unique_ptr<Client>>& clients) {
    return run_until(io, [&] {
      return std::all_of(clients.begin(), clients.end(), [](const auto& c) { return c->ended(); });
    });
  }

  Folder folder;
  std::string path;
  asio::io_context io;
  LineServer server;
  std::vector<std::string> lines;
};

TEST(LineServer, AnswersOneLineAndEnds) {
  Server server;
  const auto client = server.client();
  client->send("hel");
  server.io.poll();
  client->send("lo\nmore\n");
  ASSERT_TRUE(run_until(server.io, [&] { return client->ended(); }));
  EXPECT_EQ(client->answer(), "<hello>\n");
  EXPECT_EQ(server.lines, std::vector<std::string>{"hello"});
}

TEST(LineServer, TakesARequestOfExactlyTheLimit) {
  Server server({.request = 100});
  const auto client = server.client();
  client->send(std::string(99, 'x') + "\n");
  ASSERT_TRUE(run_until(server.io, [&] { return client->ended(); }));
  EXPECT_EQ(client->answer().size(), 102U);
}

TEST(LineServer, CutsOffARequestOverTheLimit) {
  Server server({.request = 100});
  const auto client = server.client();
  client->send(std::string(100, 'x') + "\n");
  ASSERT_TRUE(run_until(server.io, [&] { return client->ended(); }));
  EXPECT_EQ(client->answer(), "");
  EXPECT_TRUE(server.lines.empty());
}

TEST(LineServer, CutsOffWhoIsSlow) {
  Server server({.deadline = 20ms});
  const auto client = server.client();
  client->send("half a line");
  ASSERT_TRUE(run_until(server.io, [&] { return client->ended(); }));
  EXPECT_EQ(client->answer(), "");
}

TEST(LineServer, ServesSoManyAndNoMore) {
  Server server({.clients = 2});
  std::vector<std::unique_ptr<Client>> waiting;
  for (int i = 0; i < 2; ++i) waiting.push_back(server.client());
  server.io.poll();
  std::vector<std::unique_ptr<Client>> third;
  third.push_back(server.client());
  ASSERT_TRUE(server.ended(third)) << "nobody asked it anything: it is closed";
  for (const auto& client : waiting) client->send("x\n");
  ASSERT_TRUE(server.ended(waiting));
  EXPECT_EQ(waiting[0]->answer(), "<x>\n");
  const auto next = server.client();
  next->send("y\n");
  ASSERT_TRUE(run_until(server.io, [&] { return next->ended(); }));
  EXPECT_EQ(next->answer(), "<y>\n") << "places are free again";
}

TEST(LineServer, AClientThatGoesAwayIsForgotten) {
  Server server({.clients = 1});
  server.client().reset();
  server.io.poll();
  const auto next = server.client();
  next->send("y\n");
  ASSERT_TRUE(run_until(server.io, [&] { return next->ended(); }));
  EXPECT_EQ(next->answer(), "<y>\n");
}

TEST(ListenUnix, OnlyOwnerAndGroupMayConnect) {
  const Folder folder;
  const auto fd = listen_unix(folder.file("s"));
  ASSERT_TRUE(fd.ok());
  struct stat status {};
  ASSERT_EQ(stat(folder.file("s").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0660U);
}

TEST(ListenUnix, ReplacesADeadSocketAndNoLivingOne) {
  const Folder folder;
  const std::string path = folder.file("s");
  {
    const auto living = listen_unix(path);
    ASSERT_TRUE(living.ok());
    const auto second = listen_unix(path);
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error(), "another process serves " + path + ": stop it first");
  }
  EXPECT_TRUE(listen_unix(path).ok());
}

TEST(ListenUnix, DoesNotDeleteWhatIsNoSocket) {
  const Folder folder;
  const std::string path = folder.file("s");
  ASSERT_NE(std::fopen(path.c_str(), "w"), nullptr);
  const auto fd = listen_unix(path);
  ASSERT_FALSE(fd.ok());
  EXPECT_NE(fd.error().find("Address already in use"), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace sipward::net
