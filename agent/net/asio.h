// SPDX-License-Identifier: Apache-2.0
#pragma once

// The one place that includes Boost.Asio. 1.74 uses std::exchange in its coroutine support without
// including <utility>, and does not know that newer clang has coroutines without the TS namespace.
#include <exception>
#include <utility>

#if defined(__clang__)
#define BOOST_ASIO_HAS_CO_AWAIT 1
#define BOOST_ASIO_HAS_STD_COROUTINE 1
#endif

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace sipward::net {
namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

/// For `co_spawn`: what a coroutine throws leaves `run()`. It is a mistake of ours, never a
/// stranger's doing, and must not end one socket in silence.
inline void rethrow(std::exception_ptr error) {
  if (error) std::rethrow_exception(error);
}
}  // namespace sipward::net
