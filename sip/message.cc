// SPDX-License-Identifier: Apache-2.0
#include "sip/message.h"

#include <algorithm>
#include <cassert>

namespace sipward::sip {
namespace {

auto is_field(Field field) {
  return [field](const Header& header) { return header.field == field; };
}

}  // namespace

Message Message::request(Method method, Uri uri) {
  assert(method != Method::kOther);
  return request(method_name(method), std::move(uri));
}

Message Message::request(std::string_view method, Uri uri) {
  Message message;
  message.method_ = parse_method(method);
  message.method_text_ = message.method_ == Method::kOther ? message.arena_.keep(method)
                                                           : method_name(message.method_);
  message.request_uri_ = std::move(uri);
  return message;
}

Message Message::response(int status, std::string_view reason) {
  assert(status >= 100 && status <= 699);
  Message message;
  message.status_ = status;
  message.reason_ = reason.empty() ? reason_phrase(status) : message.arena_.keep(reason);
  return message;
}

Message Message::clone() const {
  Message copy = is_request() ? request(method_text_, request_uri_) : response(status_, reason_);
  if (reason_.empty()) copy.reason_ = {};
  copy.headers_.reserve(headers_.size() + 4);  // whoever clones a message is about to add to it
  for (const Header& header : headers_) {
    const bool known = header.field != Field::kUnknown;
    copy.headers_.push_back({.field = header.field,
                             .name = known ? header.name : copy.arena_.keep(header.name),
                             .value = copy.arena_.keep(header.value)});
  }
  copy.set_body(body_);
  return copy;
}

std::optional<std::string_view> Message::find(Field field) const {
  const auto found = std::ranges::find(headers_, field, &Header::field);
  if (found == headers_.end()) return std::nullopt;
  return found->value;
}

std::vector<std::string_view> Message::all(Field field) const {
  std::vector<std::string_view> values;
  for (const Header& header : headers_) {
    if (header.field == field) values.push_back(header.value);
  }
  return values;
}

std::size_t Message::count(Field field) const {
  return static_cast<std::size_t>(std::ranges::count(headers_, field, &Header::field));
}

void Message::add(Field field, std::string_view value) {
  assert(field != Field::kUnknown);
  const auto last = std::find_if(headers_.rbegin(), headers_.rend(), is_field(field));
  const auto place = last == headers_.rend() ? headers_.end() : last.base();
  headers_.insert(place, {.field = field, .name = field_name(field), .value = arena_.keep(value)});
}

void Message::add_unknown(std::string_view name, std::string_view value) {
  assert(parse_field(name) == Field::kUnknown);
  headers_.push_back(
      {.field = Field::kUnknown, .name = arena_.keep(name), .value = arena_.keep(value)});
}

void Message::prepend(Field field, std::string_view value) {
  assert(field != Field::kUnknown);
  const auto first = std::ranges::find_if(headers_, is_field(field));
  const auto place = first == headers_.end() ? headers_.begin() : first;
  headers_.insert(place, {.field = field, .name = field_name(field), .value = arena_.keep(value)});
}

void Message::set(Field field, std::string_view value) {
  const auto first = std::ranges::find_if(headers_, is_field(field));
  if (first == headers_.end()) return add(field, value);
  first->value = arena_.keep(value);
  headers_.erase(std::remove_if(first + 1, headers_.end(), is_field(field)), headers_.end());
}

void Message::set_first(Field field, std::string_view value) {
  const auto first = std::ranges::find_if(headers_, is_field(field));
  assert(first != headers_.end());
  first->value = arena_.keep(value);
}

std::size_t Message::remove(Field field) { return std::erase_if(headers_, is_field(field)); }

void Message::remove_first(Field field) {
  const auto first = std::ranges::find_if(headers_, is_field(field));
  if (first != headers_.end()) headers_.erase(first);
}

}  // namespace sipward::sip
