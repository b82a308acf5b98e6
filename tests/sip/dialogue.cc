// SPDX-License-Identifier: Apache-2.0
#include "tests/sip/dialogue.h"

#include <type_traits>
#include <utility>

#include "sip/headers.h"
#include "sip/reader.h"

namespace sipward::sip::dialogue {
namespace {

Flow flow(Transport transport, std::string_view remote, std::string_view local) {
  return {.transport = transport,
          .local = Endpoint::parse(local).value(),
          .remote = Endpoint::parse(remote).value()};
}

template <class Id>
std::string number_of(Id id) {
  return "#" + std::to_string(static_cast<std::uint64_t>(id));
}

std::string name_of(const Message& message) {
  if (message.is_request()) return std::string(message.method_text());
  return std::to_string(message.status()) + ' ' + cseq(message).value().method;
}

std::string line(const RequestArrived& e) { return name_of(e.request) + ' ' + number_of(e.id); }
std::string line(const CancelArrived& e) { return "CANCEL of " + number_of(e.invite); }
std::string line(const ResponseArrived& e) {
  return std::to_string(e.response.status()) + " for " + number_of(e.id);
}
std::string line(const ClientTimedOut& e) { return "timeout of " + number_of(e.id); }
std::string line(const ProxyRequest& e) { return name_of(e.request) + ' ' + number_of(e.id); }
std::string line(const ProxyResponse& e) {
  return std::to_string(e.response.status()) + " for " + number_of(e.id);
}
std::string line(const ProxyDone& e) { return "done " + number_of(e.id); }

template <class Events>
Lines drain_events(Events& events) {
  Lines lines;
  for (const auto& event : events) {
    lines.push_back(std::visit([](const auto& e) { return line(e); }, event));
  }
  events.clear();
  return lines;
}

}  // namespace

Flow udp(std::string_view remote, std::string_view local) {
  return flow(Transport::kUdp, remote, local);
}
Flow tcp(std::string_view remote, std::string_view local) {
  return flow(Transport::kTcp, remote, local);
}
Flow internal() {
  return {.transport = Transport::kInternal,
          .local = {.ip = {}, .port = 1},
          .remote = {.ip = {}, .port = 2}};
}

Message request(const RequestSpec& spec) {
  Message message = Message::request(spec.method, parse_uri("sip:bob@example.net").value());
  message.add(Field::kVia, spec.via);
  if (!spec.max_forwards.empty()) message.add(Field::kMaxForwards, spec.max_forwards);
  message.add(Field::kFrom, "<sip:alice@example.net>;tag=a");
  message.add(Field::kTo, spec.to);
  message.add(Field::kCallId, spec.call_id);
  message.add(Field::kCSeq, "1 " + spec.method);
  return message;
}

Message response(const Message& request, int status, std::string_view to_tag) {
  return make_response(request, status, to_tag);
}

Message read(const Outgoing& outgoing) {
  if (const auto* message = std::get_if<Message>(&outgoing.content)) return message->clone();
  return std::move(parse_message(std::get<std::string>(outgoing.content))).value();
}

Lines drain(Outbox& out) {
  Lines lines;
  for (const Outgoing& outgoing : out) {
    lines.push_back(name_of(read(outgoing)) + " > " + outgoing.flow.remote.text());
  }
  out.clear();
  return lines;
}

Lines drain(TransactionEvents& events) { return drain_events(events); }
Lines drain(ProxyEvents& events) { return drain_events(events); }

}  // namespace sipward::sip::dialogue
