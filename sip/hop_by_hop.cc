// SPDX-License-Identifier: Apache-2.0
#include "sip/hop_by_hop.h"

#include "sip/headers.h"

namespace sipward::sip {
namespace {

void copy_first(const Message& source, Field field, Message& target) {
  if (const auto value = source.find(field)) target.add(field, *value);
}

Message derive(const Message& request, Method method, const Message& to_source) {
  Message derived = Message::request(method, request.request_uri());
  copy_first(request, Field::kVia, derived);
  derived.add(Field::kMaxForwards, "70");
  for (const std::string_view route : request.all(Field::kRoute)) {
    derived.add(Field::kRoute, route);
  }
  copy_first(request, Field::kFrom, derived);
  copy_first(to_source, Field::kTo, derived);
  copy_first(request, Field::kCallId, derived);
  if (auto sequence = cseq(request)) {
    sequence->method = method_name(method);
    derived.add(Field::kCSeq, sequence->text());
  }
  return derived;
}

}  // namespace

Message make_cancel(const Message& invite) { return derive(invite, Method::kCancel, invite); }

Message make_ack(const Message& request, const Message& response) {
  return derive(request, Method::kAck, response);
}

}  // namespace sipward::sip
