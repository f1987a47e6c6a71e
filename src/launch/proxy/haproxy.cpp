// SPDX-License-Identifier: Apache-2.0
#include "launch/proxy/haproxy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/address.hpp"
#include "r1cluster/base/units.hpp"

namespace r1cluster::detail {
namespace {

using Methods = std::set<std::string>;

Methods methods_of(std::string_view list) {
    Methods methods;
    for (std::size_t at = 0; at < list.size();) {
        const std::size_t end = std::min(list.find(", ", at), list.size());
        methods.emplace(list.substr(at, end - at));
        at = end + 2;
    }
    return methods;
}

/// Method -> paths, in the order of the list.
std::map<std::string, std::vector<std::string>> allowed(const ProxyRequest& request) {
    std::map<std::string, std::vector<std::string>> paths;
    const auto add = [&](const std::string& path, const Methods& methods) {
        for (const std::string& method : methods) paths[method].push_back(path);
    };
    if (request.serve.proxy->allowed_paths.empty()) {
        for (const auto* row : request.engine.forwarded_routes(request.engine_version))
            add(row->route, methods_of(row->methods));
        return paths;
    }
    for (const std::string& path : request.serve.proxy->allowed_paths) {
        const auto* row = request.engine.find_route(path, request.engine_version);
        add(path, row ? methods_of(row->methods) : Methods{"GET", "POST"});
    }
    return paths;
}

/// An answer of HAProxy's own, in the form of OpenAI's errors.
std::string answer(int status, std::string_view type, std::string_view message) {
    return fmt::format(
        R"(status {} content-type application/json string '{{"error":{{"message":"{}","type":"{}","code":{}}}}}')",
        status, message, type, status);
}

std::string global_part(const ProxySpec& proxy) {
    return fmt::format(R"(global
    log stdout format raw local0 info
    maxconn {}
    # A service of few and long requests: more threads would only wait.
    nbthread 4
    # After SIGUSR1: no new connection, and those that are there end at last.
    hard-stop-after {}s
    ssl-default-bind-options ssl-min-ver TLSv1.2
)",
                       proxy.max_connections, std::max(1, proxy.drain_s));
}

std::string defaults_part(const ProxySpec& proxy) {
    return fmt::format(R"(
defaults
    mode http
    log global
    option dontlognull
    # Tokens leave one by one, as they come.
    option http-no-delay
    # Slow senders wait here, not in the engine.
    option http-buffer-request
    # No request ever shares a connection to the engine with one of another client.
    http-reuse never
    retries 1
    timeout connect 5s
    timeout http-request 10s
    timeout http-keep-alive 60s
    timeout client 60s
    timeout queue 60s
    timeout server {}s
    http-error {}
    http-error {}
    http-error {}
    http-error {}
    http-error {}
)",
                       proxy.answer_timeout_s, answer(400, "invalid_request_error", "not a request of HTTP/1.1"),
                       answer(408, "invalid_request_error", "the request did not arrive in time"),
                       answer(502, "server_error", "the engine gave no valid answer"),
                       answer(503, "server_error", "the engine does not serve now"),
                       answer(504, "server_error", "the engine gave no answer in time"));
}

/// `proto h1`: nothing but HTTP/1.1 is spoken, so that a preface or an upgrade to HTTP/2 is no way around the rules.
std::string bind_line(const ServeSpec& serve) {
    std::string line = fmt::format("    bind {}:{} proto h1", url_host(serve.address), serve.port);
    if (!serve.proxy->tls_certificate_file.empty()) {
        line += fmt::format(" ssl crt \"${{{}}}/{}\" alpn http/1.1", proxy_folder_variable, proxy_certificate);
    }
    return line + "\n";
}

std::string limits_part(const ProxySpec& proxy) {
    if (!proxy.max_connections_per_client && !proxy.max_requests_per_minute) return "";
    std::string text =
        "    stick-table type ipv6 size 100k expire 2m store conn_cur,http_req_rate(60s)\n"
        "    tcp-request connection track-sc0 src\n";
    if (proxy.max_connections_per_client) {
        text += fmt::format("    tcp-request connection reject if {{ sc0_conn_cur gt {} }}\n",
                            *proxy.max_connections_per_client);
    }
    if (proxy.max_requests_per_minute) {
        text += fmt::format("    http-request return {} if {{ sc0_http_req_rate gt {} }}\n",
                            answer(429, "rate_limit_error", "too many requests of this address in a minute"),
                            *proxy.max_requests_per_minute);
    }
    return text;
}

std::string rules_part(const ProxyRequest& request) {
    const ProxySpec& proxy = *request.serve.proxy;
    std::string text = fmt::format(R"(
    # 1. The key, compared in constant time. Its value is in the environment of this process alone.
    http-request set-var(txn.key) env({0})
    http-request set-var(txn.authorization) 'str("Bearer "),concat(,txn.key)'
    acl is_key_set var(txn.key),length gt 0
    acl has_one_authorization req.fhdr_cnt(authorization) eq 1
    acl has_key req.fhdr(authorization),secure_memcmp(txn.authorization)
    http-request return {1} hdr WWW-Authenticate Bearer unless is_key_set has_one_authorization has_key

    # 2. The path, as it was sent: what is not on the list as a whole does not pass, whatever a decoder makes of it.
    http-request set-var(txn.method) method
    http-request set-var(txn.path) path
)",
                                   proxy_key_variable,
                                   answer(401, "authentication_error", "the request needs the key of this service"));
    std::string any;
    for (const auto& [method, paths] : allowed(request)) {
        for (const std::string& path : paths) text += fmt::format("    acl allows_{} path -m str {}\n", method, path);
        any += fmt::format("{}{{ method {} }} allows_{}", any.empty() ? "" : " or ", method, method);
    }
    const std::string too_large = answer(
        413, "invalid_request_error", fmt::format("the body is larger than {}", format_bytes(proxy.max_request_bytes)));
    text += fmt::format(R"(    acl has_plain_target url -m beg /
    http-request return {} unless has_plain_target
    http-request return {}{}

    # 3. A body of known and bounded length: with one length there is nothing to disagree about.
    http-request return {} if {{ req.fhdr_cnt(transfer-encoding) gt 0 }}
    # More digits than the largest body has: HAProxy 2.6 reads 2^64 as 0.
    http-request return {} if {{ req.fhdr(content-length),length gt 10 }}
    http-request return {} if {{ req.body_size gt {} }}

    # 4. What a server behind a proxy may take for the proxy's word.
    http-request del-header upgrade
    http-request del-header http2-settings
    http-request del-header forwarded
    http-request del-header proxy
    http-request del-header x-forwarded- -m beg
    http-request del-header x-original- -m beg
    http-request del-header x-rewrite- -m beg
    http-request del-header x-http-method -m beg
    http-request del-header x-method-override
    http-request del-header x-real-ip
    http-request set-header X-Forwarded-For %[src]
    http-request set-header X-Forwarded-Proto {}
)",
                        answer(400, "invalid_request_error", "the target of the request must be a path"),
                        answer(404, "invalid_request_error", "this service has no such route"),
                        any.empty() ? "" : " unless " + any,
                        answer(411, "invalid_request_error", "the request needs a Content-Length"), too_large,
                        too_large, proxy.max_request_bytes, proxy.tls_certificate_file.empty() ? "http" : "https");
    return text;
}

std::string listed(const ProxyRequest& request) {
    std::string text;
    for (const auto& [method, paths] : allowed(request)) {
        for (const std::string& path : paths) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", method, path);
    }
    return text;
}

}  // namespace

ProxyConfig haproxy_config(const ProxyRequest& request) {
    const ServeSpec& serve = request.serve;
    const ProxySpec& proxy = *serve.proxy;
    ProxyConfig config;
    config.text =
        global_part(proxy) + defaults_part(proxy) + "\nfrontend api\n" + bind_line(serve) +
        "    # A path or method of somebody without the key is not written down: a log must not say what anybody "
        "wants.\n"
        "    log-format \"%ci:%cp %[var(txn.method)] %[var(txn.path)] %ST %B bytes %Ta ms %ts\"\n" +
        limits_part(proxy) + rules_part(request) + "    default_backend engine\n" +
        fmt::format("\nbackend engine\n    server engine 127.0.0.1:{}\n", request.engine_port);
    const bool can_ask = std::ranges::any_of(request.engine.routes, &knowledge::EngineRoute::is_guarded);
    config.because.push_back(
        fmt::format("proxy: HAProxy listens on {}:{} and the engine on 127.0.0.1:{}, because the engine asks for {}; "
                    "the proxy asks "
                    "on all, and lets through {}",
                    url_host(serve.address), serve.port, request.engine_port,
                    can_ask ? "its key on some routes only" : "a key on no route", listed(request)));
    if (proxy.tls_certificate_file.empty()) {
        config.because.push_back("proxy: without tls_certificate_file, requests and the key travel unencrypted");
    }
    return config;
}

}  // namespace r1cluster::detail
