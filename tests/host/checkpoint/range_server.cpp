// SPDX-License-Identifier: Apache-2.0
#include "host/checkpoint/range_server.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>

namespace r1cluster {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using Response = http::response<http::string_body>;

std::string part_of(const RangeServer::File& file, std::uint64_t first, std::uint64_t count) {
    std::string bytes = first < file.start.size() ? file.start.substr(first, count) : "";
    bytes.resize(count, '\0');
    return bytes;
}

Response answer(const RangeServer::File& file, const std::string& range, std::size_t number) {
    Response response{http::status::ok, 11};
    response.set(http::field::etag, file.changes ? fmt::format("\"{}\"", number) : "\"same\"");
    if (!file.redirect.empty()) {
        response.result(http::status::found);
        response.set(http::field::location, file.redirect);
        response.body() = "elsewhere";
        return response;
    }
    unsigned long long first = 0, last = 0;
    const bool has_range = std::sscanf(range.c_str(), "bytes=%llu-%llu", &first, &last) == 2;
    if (!has_range || file.is_range_ignored) {
        response.body() = part_of(file, 0, file.size_bytes);
        return response;
    }
    if (first >= file.size_bytes) {
        response.result(http::status::range_not_satisfiable);
        response.set(http::field::content_range, fmt::format("bytes */{}", file.size_bytes));
        return response;
    }
    last = std::min<unsigned long long>(last, file.size_bytes - 1);
    response.result(http::status::partial_content);
    response.body() = part_of(file, first, last - first + 1);
    response.set(http::field::content_range, file.content_range.empty()
                                                 ? fmt::format("bytes {}-{}/{}", first, last, file.size_bytes)
                                                 : file.content_range);
    return response;
}

std::string pem(const std::function<int(BIO*)>& write) {
    BIO* const memory = BIO_new(BIO_s_mem());
    write(memory);
    char* data = nullptr;
    const long size = BIO_get_mem_data(memory, &data);
    std::string text(data, static_cast<std::size_t>(size));
    BIO_free(memory);
    return text;
}

}  // namespace

RangeServer::RangeServer(const std::string& certificate, const std::string& key)
    : acceptor_(context_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
    if (!certificate.empty()) {
        tls_.emplace(asio::ssl::context::tls_server);
        tls_->use_certificate(asio::buffer(certificate), asio::ssl::context::pem);
        tls_->use_private_key(asio::buffer(key), asio::ssl::context::pem);
    }
    accepting_ = std::thread([this] { accept(); });
}

RangeServer::~RangeServer() {
    {
        const std::lock_guard lock(mutex_);
        is_ending_ = true;
        for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
    }
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
    accepting_.join();
    for (std::thread& thread : threads_) thread.join();
}

std::string RangeServer::address(const std::string& target) const {
    return fmt::format("{}://localhost:{}{}", tls_ ? "https" : "http", acceptor_.local_endpoint().port(), target);
}

std::vector<RangeServer::Request> RangeServer::requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
}
std::uint64_t RangeServer::body_bytes() const {
    const std::lock_guard lock(mutex_);
    return body_bytes_;
}
int RangeServer::connections() const {
    const std::lock_guard lock(mutex_);
    return connections_;
}

void RangeServer::accept() {
    while (true) {
        error_code error;
        tcp::socket socket(context_);
        acceptor_.accept(socket, error);
        const std::lock_guard lock(mutex_);
        if (error || is_ending_) return;
        ++connections_;
        // A socket of our own to shut down: the connection's is closed when it ends, and its number is used again.
        sockets_.push_back(::dup(socket.native_handle()));
        threads_.emplace_back(
            [this, moved = std::make_shared<tcp::socket>(std::move(socket))] { handle(std::move(*moved)); });
    }
}

void RangeServer::handle(tcp::socket socket) {
    if (!tls_) return serve(socket);
    asio::ssl::stream<tcp::socket> stream(std::move(socket), *tls_);
    error_code error;
    stream.handshake(asio::ssl::stream_base::server, error);
    if (!error) serve(stream);
}

template <class Stream>
void RangeServer::serve(Stream& stream) {
    boost::beast::flat_buffer buffer;
    error_code error;
    while (true) {
        http::request<http::empty_body> request;
        http::read(stream, buffer, request, error);
        if (error) return;
        const std::string target(request.target().data(), request.target().size());
        const auto field = [&](http::field name) { return std::string(request[name].data(), request[name].size()); };
        const Request seen{target, field(http::field::range), field(http::field::authorization)};
        Response response{http::status::not_found, 11};
        response.body() = "<html>no such file</html>" + std::string(error_page_bytes, ' ');
        {
            const std::lock_guard lock(mutex_);
            requests_.push_back(seen);
            const auto file = files.find(target);
            if (file != files.end() && file->second.is_silent) continue;
            if (file != files.end()) response = answer(file->second, seen.range, requests_.size());
            if (!token.empty() && seen.authorization != "Bearer " + token) {
                response = Response{http::status::unauthorized, 11};
            }
            body_bytes_ += response.body().size();
        }
        response.prepare_payload();
        http::write(stream, response, error);
        if (error) return;
    }
}

SelfSigned self_signed_certificate() {
    EVP_PKEY* const key = EVP_EC_gen("P-256");
    X509* const certificate = X509_new();
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_set_version(certificate, X509_VERSION_3);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME* const name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_EXTENSION* const names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost");
    X509_add_ext(certificate, names, -1);
    X509_sign(certificate, key, EVP_sha256());
    SelfSigned result{pem([&](BIO* to) { return PEM_write_bio_X509(to, certificate); }), pem([&](BIO* to) {
                          return PEM_write_bio_PrivateKey(to, key, nullptr, nullptr, 0, nullptr, nullptr);
                      })};
    X509_EXTENSION_free(names);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return result;
}

}  // namespace r1cluster
