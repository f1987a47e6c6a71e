// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <string>
#include <thread>

namespace r1cluster {

/// The API of an engine that generates one token for every request, on a port and a thread of its own.
class TokenServer {
public:
    TokenServer() : listener_(context_, {boost::asio::ip::address_v4::loopback(), 0}), thread_([this] { serve(); }) {}
    ~TokenServer() {
        is_over_ = true;
        boost::asio::ip::tcp::socket knock(context_);
        boost::system::error_code ignored;
        knock.connect(listener_.local_endpoint(), ignored);
        thread_.join();
    }
    TokenServer(const TokenServer&) = delete;
    TokenServer& operator=(const TokenServer&) = delete;

    int port() const { return listener_.local_endpoint().port(); }

private:
    void serve() {
        const std::string body = R"({"choices": [{"text": " Paris"}], "usage": {"completion_tokens": 1}})";
        const std::string answer =
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
            "Content-Length: " +
            std::to_string(body.size()) + "\r\n\r\n" + body;
        while (!is_over_) {
            boost::system::error_code error;
            boost::asio::ip::tcp::socket socket(context_);
            listener_.accept(socket, error);
            if (error || is_over_) continue;
            std::string request;
            boost::asio::read_until(socket, boost::asio::dynamic_buffer(request), "}", error);
            boost::asio::write(socket, boost::asio::buffer(answer), error);
        }
    }

    boost::asio::io_context context_;
    boost::asio::ip::tcp::acceptor listener_;
    std::atomic<bool> is_over_ = false;
    std::thread thread_;
};

}  // namespace r1cluster
