// SPDX-License-Identifier: Apache-2.0
#include "host/checkpoint/http_connection.hpp"

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <tuple>

#include "base/address.hpp"
#include "host/os/result_of.hpp"
#include "r1cluster/base/error.hpp"

namespace r1cluster::detail {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;
// Where Linux distributions keep the certificates that they trust; OpenSSL knows only the place of the one it was
// built for. From crypto/x509/root_linux.go of Go.
constexpr std::array certificate_files{"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                                       "/etc/ssl/ca-bundle.pem", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
                                       "/etc/ssl/cert.pem"};

template <class Stream>
class ConnectionOf : public HttpConnection {
public:
    template <class... Arguments>
    explicit ConnectionOf(Arguments&&... arguments) : stream(std::forward<Arguments>(arguments)...) {}

    void expires_at(Deadline deadline) override { beast::get_lowest_layer(stream).expires_at(deadline); }
    asio::awaitable<error_code> send(const HttpRequest& request) override {
        co_return std::get<0>(co_await http::async_write(stream, request, result_of));
    }
    asio::awaitable<error_code> read_header(HttpParser& parser) override {
        co_return std::get<0>(co_await http::async_read_header(stream, buffer_, parser, result_of));
    }
    asio::awaitable<error_code> read_body(HttpParser& parser) override {
        co_return std::get<0>(co_await http::async_read(stream, buffer_, parser, result_of));
    }

    Stream stream;

private:
    beast::flat_buffer buffer_;
};

using PlainConnection = ConnectionOf<beast::tcp_stream>;
using TlsConnection = ConnectionOf<beast::ssl_stream<beast::tcp_stream>>;

struct Resolved {
    error_code error = asio::error::timed_out;
    tcp::resolver::results_type addresses;
};

/// The system's resolver cannot be interrupted; after the deadline its answer is not waited for.
asio::awaitable<Resolved> resolve(const Url& url, Deadline deadline) {
    const auto executor = co_await asio::this_coro::executor;
    const auto resolved = std::make_shared<Resolved>();
    const auto timer = std::make_shared<asio::steady_timer>(executor, deadline);
    const auto resolver = std::make_shared<tcp::resolver>(executor);
    resolver->async_resolve(url.host, url.port, tcp::resolver::numeric_service,
                            [resolved, timer, resolver](error_code error, tcp::resolver::results_type addresses) {
                                *resolved = {error, std::move(addresses)};
                                timer->cancel();
                            });
    co_await timer->async_wait(result_of);
    co_return *resolved;
}

asio::awaitable<error_code> connect(beast::tcp_stream& stream, const tcp::resolver::results_type& addresses,
                                    Deadline deadline) {
    stream.expires_at(deadline);
    co_return std::get<0>(co_await stream.async_connect(addresses, result_of));
}

asio::awaitable<std::unique_ptr<HttpConnection>> shake_hands(std::unique_ptr<TlsConnection> connection, const Url& url,
                                                             const HttpAccess& access) {
    auto& stream = connection->stream;
    // Without the name, a server of several hosts would show the certificate of another one.
    if (!is_ip_address(url.host)) SSL_set_tlsext_host_name(stream.native_handle(), url.host.c_str());
    stream.set_verify_callback(asio::ssl::host_name_verification(url.host));
    const auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::client, result_of);
    const long verdict = SSL_get_verify_result(stream.native_handle());
    if (error && verdict != X509_V_OK) {
        throw Error(ErrorKind::unavailable, url.host,
                    fmt::format("connecting to \"{}\": its certificate is not one to trust: {}; expected one from an "
                                "authority that this machine or the CA file knows",
                                url.origin(), X509_verify_cert_error_string(verdict)));
    }
    if (error) fail_at(url, error, access.timeout_s);
    co_return connection;
}

}  // namespace

asio::ssl::context make_tls(const std::string& ca_file) {
    asio::ssl::context tls(asio::ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_2_VERSION);
    tls.set_verify_mode(asio::ssl::verify_peer);
    error_code error;
    if (!ca_file.empty()) {
        tls.load_verify_file(ca_file, error);
        if (error) {
            throw Error(ErrorKind::invalid_input, ca_file,
                        fmt::format("reading certificates from \"{}\": {}; expected PEM", ca_file, error.message()));
        }
        return tls;
    }
    tls.set_default_verify_paths(error);
    for (const char* file : certificate_files) {
        tls.load_verify_file(file, error);
        if (!error) break;
    }
    return tls;
}

void fail_at(const Url& url, const error_code& error, int timeout_s) {
    if (error == beast::error::timeout || error == asio::error::timed_out) {
        throw Error(ErrorKind::timed_out, url.host,
                    fmt::format("asking \"{}\": no whole answer in time (timeout of {} s)", url.shown(), timeout_s));
    }
    throw Error(ErrorKind::unavailable, url.host,
                fmt::format("asking \"{}\": {}; expected a server that answers there (curl -I {})", url.shown(),
                            error.message(), url.shown()));
}

asio::awaitable<std::unique_ptr<HttpConnection>> open_connection(const Url& url, const HttpAccess& access,
                                                                 Deadline deadline) {
    const auto executor = co_await asio::this_coro::executor;
    const Resolved resolved = co_await resolve(url, deadline);
    if (resolved.error) fail_at(url, resolved.error, access.timeout_s);
    if (!url.is_secure) {
        auto connection = std::make_unique<PlainConnection>(executor);
        const error_code error = co_await connect(connection->stream, resolved.addresses, deadline);
        if (error) fail_at(url, error, access.timeout_s);
        co_return connection;
    }
    auto connection = std::make_unique<TlsConnection>(executor, *access.tls);
    const error_code error =
        co_await connect(beast::get_lowest_layer(connection->stream), resolved.addresses, deadline);
    if (error) fail_at(url, error, access.timeout_s);
    co_return co_await shake_hands(std::move(connection), url, access);
}

}  // namespace r1cluster::detail
