// SPDX-License-Identifier: Apache-2.0
#include "host/guard/peer_line.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "host/os/digest.hpp"
#include "host/os/result_of.hpp"
#include "r1cluster/base/error.hpp"

namespace r1cluster::detail {

namespace asio = boost::asio;
constexpr std::size_t max_line_bytes = 64 << 10;
constexpr std::size_t max_unwritten_bytes = 1 << 20;  // a peer that reads nothing

asio::awaitable<std::string> PeerLine::next() {
    const auto self = shared_from_this();
    const auto [error, size] =
        co_await asio::async_read_until(socket, asio::dynamic_buffer(unread_, max_line_bytes), '\n', result_of);
    if (error) co_return std::string();
    std::string line = unread_.substr(0, size - 1);
    unread_.erase(0, size);
    co_return line;
}

void PeerLine::write_text(const std::string& text) {
    if (unwritten_.size() + text.size() > max_unwritten_bytes) return close();
    unwritten_ += text;
    if (is_writing_) return;
    asio::co_spawn(
        socket.get_executor(), [self = shared_from_this()] { return self->write_out(); }, asio::detached);
}

asio::awaitable<void> PeerLine::write_out() {
    const auto self = shared_from_this();
    is_writing_ = true;
    while (!unwritten_.empty()) {
        const std::string bytes = std::exchange(unwritten_, {});
        const auto [error, size] = co_await asio::async_write(socket, asio::buffer(bytes), result_of);
        if (error) break;
    }
    is_writing_ = false;
}

void PeerLine::close() {
    boost::system::error_code ignored;
    socket.close(ignored);
}

std::string hmac_hex(const std::string& key, const std::string& text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned int size = 0;
    ::HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
           text.size(), digest.data(), &size);
    return to_hex(digest.data(), size);
}

bool is_equal_secret(const std::string& a, const std::string& b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string random_token() {
    std::array<unsigned char, 32> bytes;
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
        throw Error(ErrorKind::system, "random", "making a token: the system gives no randomness");
    }
    return to_hex(bytes.data(), bytes.size());
}

}  // namespace r1cluster::detail
