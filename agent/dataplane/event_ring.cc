// SPDX-License-Identifier: Apache-2.0
#include "agent/dataplane/event_ring.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <cerrno>
#include <span>
#include <utility>

#include "agent/dataplane/map_names.h"
#include "agent/dataplane/packet_event.h"
#include "agent/dataplane/pinned_maps.h"
#include "agent/dataplane/pins.h"

namespace sipward::dataplane {

namespace {

constexpr std::uint32_t kOnlyRow = 0;
constexpr int kEnough = -ECANCELED;  // libbpf counts the record as taken, and stops

bool is_pulse(int map) {
  const auto info = map_info(map);
  return info && info->type == BPF_MAP_TYPE_ARRAY && info->value_size == sizeof(sipward_pulse);
}

}  // namespace

struct EventRing::State {
  struct Free {
    void operator()(ring_buffer* ring) const { ring_buffer__free(ring); }
  };

  static int take(void* context, void* data, std::size_t size) {
    return static_cast<State*>(context)->take({static_cast<const std::byte*>(data), size});
  }
  int take(std::span<const std::byte> record) {
    if (auto event = decode_event(record)) {
      (*callback)(std::move(*event));
    } else {
      ++skipped;
    }
    return ++taken < limit ? 0 : kEnough;
  }

  Descriptor map;
  std::unique_ptr<ring_buffer, Free> ring;  ///< watches `map`
  const Callback* callback = nullptr;
  std::size_t limit = 0;
  std::size_t taken = 0;
  std::uint64_t skipped = 0;
};

EventRing::EventRing(std::unique_ptr<State> state, Descriptor pulse)
    : state_(std::move(state)), pulse_(std::move(pulse)) {}
EventRing::~EventRing() = default;
EventRing::EventRing(EventRing&& other) noexcept = default;
EventRing& EventRing::operator=(EventRing&& other) noexcept = default;

sip::Result<EventRing, std::string> EventRing::open(const std::string& pin_path) {
  auto pulse = open_map_to_read(pin_path, kPulse);
  if (!pulse) return pulse.error();
  if (!is_pulse(pulse->get())) {
    return fmt::format("{} was made by another version of sipward-gate",
                       map_path(pin_path, kPulse));
  }
  auto map = open_map(pin_path, kEvents);
  if (!map) return map.error();
  auto state = std::make_unique<State>();
  state->map = std::move(*map);
  state->ring.reset(ring_buffer__new(state->map.get(), &State::take, state.get(), nullptr));
  if (!state->ring) {
    return fmt::format("cannot read {}: {}", map_path(pin_path, kEvents), errno_text(errno));
  }
  return EventRing{std::move(state), std::move(*pulse)};
}

int EventRing::descriptor() const { return ring_buffer__epoll_fd(state_->ring.get()); }

std::size_t EventRing::consume(const Callback& callback, std::size_t limit) {
  if (limit == 0) return 0;
  state_->callback = &callback;
  state_->limit = limit;
  state_->taken = 0;
  ring_buffer__consume(state_->ring.get());
  state_->callback = nullptr;
  return state_->taken;
}

std::uint64_t EventRing::lost() const {
  sipward_pulse pulse{};
  if (bpf_map_lookup_elem(pulse_.get(), &kOnlyRow, &pulse) != 0) return 0;
  return pulse.events_lost;
}

std::uint64_t EventRing::skipped() const { return state_->skipped; }

}  // namespace sipward::dataplane
