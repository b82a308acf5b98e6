// SPDX-License-Identifier: Apache-2.0
#include "agent/ims/event.h"

#include <array>

namespace sipward::ims {
namespace {

struct Words {
  std::string_view name;
  std::string_view text;
};
constexpr std::array<Words, kEventKinds> kWords = {{
#define SIPWARD_EVENT_WORDS(id, name, text) {name, text},
    SIPWARD_EVENTS(SIPWARD_EVENT_WORDS)
#undef SIPWARD_EVENT_WORDS
}};

}  // namespace

std::string_view event_name(EventKind kind) { return kWords[static_cast<std::size_t>(kind)].name; }
std::string_view event_text(EventKind kind) { return kWords[static_cast<std::size_t>(kind)].text; }

}  // namespace sipward::ims
