// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sip/best_response.h"
#include "sip/message.h"
#include "sip/time.h"
#include "sip/transactions.h"

namespace sipward::sip {

/// What a proxy knows of one request it has passed on (RFC 3261 16.7): its branches, and which of
/// their responses goes back. It sends nothing: each stimulus returns what is to be done.
class ResponseContext {
 public:
  struct Setup {
    Message trying;         ///< the 100 to the request: the frame of every local response
    std::string local_tag;  ///< To tag of local responses
    bool invite = false;
    Duration timer_c{};
    /// 64*T1: how long further 2xx to an INVITE pass after the first (RFC 6026), how long another
    /// request is worth an answer (RFC 4320), and how long the user may think about an INVITE.
    Duration give_up{};
    Time arrived{};
  };
  struct Step {
    std::vector<ClientId> cancel;     ///< INVITE branches that are wanted no more
    std::optional<Message> response;  ///< for the user, who sends it back
    std::optional<Message> answer;    ///< to be sent back at once: the user is busy otherwise
    bool hopeless =
        false;  ///< no branch answered in time, and that must not be said (RFC 4320 4.2)
  };

  explicit ResponseContext(Setup setup);

  /// Whether further branches may begin: not after a final response, a CANCEL or a 6xx.
  [[nodiscard]] bool is_open() const;
  void add_branch(ClientId client, Time now);
  /// A target to which the request could not be sent.
  void add_unsent();
  /// After branches were added; with none at all the answer is 480 (RFC 3261 16.5).
  [[nodiscard]] Step conclude(Time now);

  /// From a branch, with our Via still on top.
  [[nodiscard]] Step on_response(ClientId client, Message response, Time now);
  [[nodiscard]] Step on_timeout(ClientId client, Time now);
  /// The other side cancels its INVITE (RFC 3261 16.10). Without a branch the answer is our 487.
  [[nodiscard]] Step on_cancel();
  /// Timer C (RFC 3261 16.8), or nobody has decided in time.
  [[nodiscard]] Step on_timer(Time now);
  /// A final response has been sent back. Returns the branches to cancel.
  [[nodiscard]] std::vector<ClientId> on_answered(int status, Time now);
  /// There will be no answer.
  void on_discarded(Time now) { over_at_ = now; }

  [[nodiscard]] bool is_over(Time now) const { return over_at_ && *over_at_ <= now; }
  /// INVITE branches that wait for their end; they count as cancelled from now on.
  [[nodiscard]] std::vector<ClientId> cancel_pending();
  /// When `on_timer` has something to do, or when the context will be over.
  [[nodiscard]] std::optional<Time> deadline() const;
  [[nodiscard]] std::vector<ClientId> clients() const;

 private:
  struct Branch {
    ClientId client{};
    bool pending = true;
    bool heard = false;             // a provisional response has come
    std::optional<Time> timer_c{};  // INVITE, while nobody cancels it
  };

  Branch* find(ClientId client);
  Step on_provisional(Branch& branch, Message response, Time now);
  Step on_success(Branch& branch, Message response, Time now);
  Step on_failure(Branch& branch, Message response, Time now);
  Step give_up();
  void end_unanswered(Branch& branch);
  void add_local_end(int status);

  Setup setup_;
  std::vector<Branch> branches_;
  std::vector<BranchEnd> ends_;
  bool cancelled_ = false;         // by the other side
  bool declined_ = false;          // a 6xx has come
  bool succeeded_ = false;         // a 2xx has been handed to the user
  bool waiting_ = true;            // for the user: no branch has begun
  bool unanswered_ = false;        // non-INVITE: a branch timed out
  int answer_ = 0;                 // the final status that has been sent back
  std::optional<Time> decide_by_;  // while the user is to say something
  std::optional<Time> over_at_;
};

}  // namespace sipward::sip
