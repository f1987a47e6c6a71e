// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace r1cluster {

/// A real HTTP server on a free port of this machine that serves files by ranges. Of each file it holds the start; what
/// follows are zeros, so that files may be as large as real ones.
class RangeServer {
public:
    struct File {
        std::string start;
        std::uint64_t size_bytes = 0;
        std::string redirect;           ///< where the file is instead
        bool is_range_ignored = false;  ///< 200 and everything
        bool is_silent = false;         ///< no answer ever comes
        bool changes = false;           ///< a new ETag each time
        std::string content_range;      ///< instead of the right one
    };
    struct Request {
        std::string target, range, authorization;
    };

    /// With `certificate` and `key` in PEM: by TLS.
    explicit RangeServer(const std::string& certificate = "", const std::string& key = "");
    ~RangeServer();

    void put(const std::string& target, const std::string& content) { files[target] = {content, content.size(), {}}; }
    std::string address(const std::string& target = "/") const;

    std::map<std::string, File> files;  ///< set before the first request
    std::string token;                  ///< not empty: who does not have it gets 401
    std::size_t error_page_bytes = 0;   ///< of a 404

    std::vector<Request> requests() const;
    std::uint64_t body_bytes() const;
    int connections() const;

private:
    template <class Stream>
    void serve(Stream& stream);
    void accept();
    void handle(boost::asio::ip::tcp::socket socket);

    mutable std::mutex mutex_;
    std::vector<Request> requests_;
    std::uint64_t body_bytes_ = 0;
    int connections_ = 0;
    std::vector<int> sockets_;
    bool is_ending_ = false;

    boost::asio::io_context context_;
    std::optional<boost::asio::ssl::context> tls_;
    boost::asio::ip::tcp::acceptor acceptor_;
    std::vector<std::thread> threads_;
    std::thread accepting_;
};

/// A certificate for localhost that signed itself, and its key, both in PEM.
struct SelfSigned {
    std::string certificate, key;
};
SelfSigned self_signed_certificate();

}  // namespace r1cluster
