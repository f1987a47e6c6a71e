// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/serialize.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "base/lenient_json.hpp"

namespace r1cluster::detail {

/// One connection of the guard link: lines of JSON, written in order.
class PeerLine : public std::enable_shared_from_this<PeerLine> {
public:
    explicit PeerLine(boost::asio::ip::tcp::socket open) : socket(std::move(open)) {}

    /// Empty at the end of the stream, and for a line that is too long.
    boost::asio::awaitable<std::string> next();

    template <class Message>
    void write(const Message& message) {
        write_text(json::serialize(to_value(message)) + "\n");
    }
    template <class Message>
    boost::asio::awaitable<Message> read() {
        const std::string text = co_await next();
        co_return from_json_leniently<Message>(text, "peer");
    }

    bool is_writing() const { return is_writing_; }
    void close();

    boost::asio::ip::tcp::socket socket;
    std::uint64_t number = 0;  ///< of the connections that a head accepted, counted in their order

private:
    void write_text(const std::string& text);
    boost::asio::awaitable<void> write_out();

    std::string unread_, unwritten_;
    bool is_writing_ = false;
};

/// HMAC-SHA256 in hex.
std::string hmac_hex(const std::string& key, const std::string& text);
/// In a time that does not depend on where they differ.
bool is_equal_secret(const std::string& a, const std::string& b);
/// 32 bytes of the kernel's randomness in hex.
std::string random_token();

}  // namespace r1cluster::detail
