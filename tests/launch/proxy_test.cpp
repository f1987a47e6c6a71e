// SPDX-License-Identifier: Apache-2.0
#include "launch/proxy/haproxy.hpp"

#include <algorithm>

#include "config/clusters.hpp"
#include "config/shell.hpp"
#include "r1cluster/launch/launch_plan.hpp"
#include "support/catch.hpp"

using namespace r1cluster;
using namespace r1cluster::testing;

namespace {

/// What follows these words, up to the end of the line; empty: they are nowhere.
std::string behind(const std::string& text, const std::string& words) {
    const std::size_t at = text.find(words);
    if (at == std::string::npos) return "";
    return text.substr(at + words.size(), text.find('\n', at) - at - words.size());
}

ServeSpec served(ProxySpec proxy = {}) {
    ServeSpec serve;
    serve.address = "10.0.0.1";
    serve.api_key_file = "/etc/r1/key";
    serve.proxy = std::move(proxy);
    return serve;
}

detail::ProxyConfig config_of(const ServeSpec& serve, const std::string& version = "0.25.1") {
    return detail::haproxy_config({.serve = serve,
                                   .engine_port = 13000,
                                   .engine = Knowledge::embedded().engine("vllm"),
                                   .engine_version = Version::parse(version)});
}

LaunchPlan launched(const ServeSpec& serve) {
    TwoByEight given;
    for (Machine& machine : given.cluster.machines) {
        machine.engine = EngineEnvironment{
            .python = "/opt/vllm/bin/python", .python_version = "3.12.9", .packages = {{"vllm", "0.25.1"}}};
    }
    given.cluster.machines[0].software.push_back({"haproxy", "2.6.12", "/opt/haproxy", ""});
    given.spec.serve = serve;
    given.layout.engine = choose_engine(given.spec, given.cluster, {.dtype = "bfloat16"});
    return plan_launch(given.spec, given.cluster, given.layout,
                       choose_settings(given.spec, given.cluster, given.layout));
}

}  // namespace

TEST_CASE("the proxy's configuration is what stands here, word for word", "[launch]") {
    CHECK(config_of(served()).text == R"(global
    log stdout format raw local0 info
    maxconn 1024
    # A service of few and long requests: more threads would only wait.
    nbthread 4
    # After SIGUSR1: no new connection, and those that are there end at last.
    hard-stop-after 10s
    ssl-default-bind-options ssl-min-ver TLSv1.2

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
    timeout server 3600s
    http-error status 400 content-type application/json string '{"error":{"message":"not a request of HTTP/1.1","type":"invalid_request_error","code":400}}'
    http-error status 408 content-type application/json string '{"error":{"message":"the request did not arrive in time","type":"invalid_request_error","code":408}}'
    http-error status 502 content-type application/json string '{"error":{"message":"the engine gave no valid answer","type":"server_error","code":502}}'
    http-error status 503 content-type application/json string '{"error":{"message":"the engine does not serve now","type":"server_error","code":503}}'
    http-error status 504 content-type application/json string '{"error":{"message":"the engine gave no answer in time","type":"server_error","code":504}}'

frontend api
    bind 10.0.0.1:8000 proto h1
    # A path or method of somebody without the key is not written down: a log must not say what anybody wants.
    log-format "%ci:%cp %[var(txn.method)] %[var(txn.path)] %ST %B bytes %Ta ms %ts"

    # 1. The key, compared in constant time. Its value is in the environment of this process alone.
    http-request set-var(txn.key) env(R1CLUSTER_API_KEY)
    http-request set-var(txn.authorization) 'str("Bearer "),concat(,txn.key)'
    acl is_key_set var(txn.key),length gt 0
    acl has_one_authorization req.fhdr_cnt(authorization) eq 1
    acl has_key req.fhdr(authorization),secure_memcmp(txn.authorization)
    http-request return status 401 content-type application/json string '{"error":{"message":"the request needs the key of this service","type":"authentication_error","code":401}}' hdr WWW-Authenticate Bearer unless is_key_set has_one_authorization has_key

    # 2. The path, as it was sent: what is not on the list as a whole does not pass, whatever a decoder makes of it.
    http-request set-var(txn.method) method
    http-request set-var(txn.path) path
    acl allows_GET path -m str /v1/models
    acl allows_POST path -m str /v1/completions
    acl allows_POST path -m str /v1/chat/completions
    acl allows_POST path -m str /v1/responses
    acl allows_POST path -m str /v1/messages
    acl allows_POST path -m str /v1/messages/count_tokens
    acl has_plain_target url -m beg /
    http-request return status 400 content-type application/json string '{"error":{"message":"the target of the request must be a path","type":"invalid_request_error","code":400}}' unless has_plain_target
    http-request return status 404 content-type application/json string '{"error":{"message":"this service has no such route","type":"invalid_request_error","code":404}}' unless { method GET } allows_GET or { method POST } allows_POST

    # 3. A body of known and bounded length: with one length there is nothing to disagree about.
    http-request return status 411 content-type application/json string '{"error":{"message":"the request needs a Content-Length","type":"invalid_request_error","code":411}}' if { req.fhdr_cnt(transfer-encoding) gt 0 }
    # More digits than the largest body has: HAProxy 2.6 reads 2^64 as 0.
    http-request return status 413 content-type application/json string '{"error":{"message":"the body is larger than 16.00 MiB","type":"invalid_request_error","code":413}}' if { req.fhdr(content-length),length gt 10 }
    http-request return status 413 content-type application/json string '{"error":{"message":"the body is larger than 16.00 MiB","type":"invalid_request_error","code":413}}' if { req.body_size gt 16777216 }

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
    http-request set-header X-Forwarded-Proto http
    default_backend engine

backend engine
    server engine 127.0.0.1:13000
)");
}

TEST_CASE("the proxy says why it is there and what it lets through", "[launch]") {
    CHECK(config_of(served(), "0.7.1").because ==
          std::vector<std::string>{
              "proxy: HAProxy listens on 10.0.0.1:8000 and the engine on 127.0.0.1:13000, because the engine asks for "
              "its "
              "key on some routes only; the proxy asks on all, and lets through GET /v1/models, POST /v1/completions, "
              "POST /v1/chat/completions",
              "proxy: without tls_certificate_file, requests and the key travel unencrypted"});
}

TEST_CASE("a list of paths stands in for the engine's, each with its own methods", "[launch]") {
    const std::string text = config_of(served({.allowed_paths = {"/tokenize", "/metrics", "/own/route"}})).text;
    CHECK_THAT(text, ContainsSubstring("    acl allows_GET path -m str /metrics\n"
                                       "    acl allows_GET path -m str /own/route\n"
                                       "    acl allows_POST path -m str /tokenize\n"
                                       "    acl allows_POST path -m str /own/route\n"));
    CHECK_THAT(text, !ContainsSubstring("/v1/"));
}

TEST_CASE("TLS takes the certificate from the job's folder, and speaks HTTP/1.1 alone", "[launch]") {
    const ServeSpec serve = served({.tls_certificate_file = "/etc/r1/tls.crt", .tls_key_file = "/etc/r1/tls.key"});
    const std::string text = config_of(serve).text;
    CHECK(behind(text, "    bind ") ==
          "10.0.0.1:8000 proto h1 ssl crt \"${R1CLUSTER_PROXY_FOLDER}/certificate.pem\" alpn http/1.1");
    CHECK(behind(text, "X-Forwarded-Proto ") == "https");
    CHECK(config_of(serve).because.size() == 1);
}

TEST_CASE("limits of one address are there when they are asked for", "[launch]") {
    const std::string text = config_of(served({.max_connections_per_client = 50, .max_requests_per_minute = 600})).text;
    CHECK(behind(text, "stick-table ") == "type ipv6 size 100k expire 2m store conn_cur,http_req_rate(60s)");
    CHECK(behind(text, "reject if ") == "{ sc0_conn_cur gt 50 }");
    CHECK_THAT(text, ContainsSubstring("\"code\":429}}' if { sc0_http_req_rate gt 600 }\n"));
    CHECK(behind(config_of(served()).text, "stick-table").empty());
}

TEST_CASE("an IPv6 address is bound in brackets", "[launch]") {
    ServeSpec serve = served();
    serve.address = "2001:db8::1";
    CHECK(behind(config_of(serve).text, "    bind ") == "[2001:db8::1]:8000 proto h1");
}

TEST_CASE("behind a proxy the engine listens on loopback, on a port of its own", "[launch]") {
    const LaunchPlan plan =
        launched(served({.tls_certificate_file = "/etc/r1/tls.crt", .tls_key_file = "/etc/r1/tls.key"}));
    const std::vector<ProcessSpec>& processes = plan.hosts[0].processes;
    REQUIRE(processes.size() == 2);
    CHECK_THAT(detail::shell_command(processes[0].argv), ContainsSubstring("--host 127.0.0.1 --port 13000 "));
    CHECK(processes[0].secrets == std::vector<SecretVariable>{{"VLLM_API_KEY", "/etc/r1/key"}});
    const ProcessSpec& proxy = processes[1];
    CHECK(proxy.name == "proxy");
    CHECK(proxy.argv == std::vector<std::string>{"/opt/haproxy", "-db", "-f", "{state}/files/haproxy.cfg"});
    CHECK(proxy.env == std::map<std::string, std::string>{{"R1CLUSTER_PROXY_FOLDER", "{state}/files"}});
    CHECK(proxy.secrets == std::vector<SecretVariable>{{"R1CLUSTER_API_KEY", "/etc/r1/key"}});
    CHECK(proxy.is_drained);
    REQUIRE(proxy.files.size() == 2);
    CHECK(proxy.files[0].name == "haproxy.cfg");
    CHECK(proxy.files[1] == LaunchFile{"certificate.pem", "", {"/etc/r1/tls.crt"}, {"/etc/r1/tls.key"}});
    CHECK(plan.hosts[1].processes.size() == 1);
    CHECK(plan.drain_s == 10);
    CHECK(plan.hosts[0].ports[0] == LaunchPort{"10.0.0.1", 8000, "API"});
    CHECK(plan.hosts[0].ports[1] == LaunchPort{"127.0.0.1", 13000, "engine behind the proxy"});
    CHECK(plan.readiness.address == "127.0.0.1");
    CHECK(plan.readiness.port == 13000);
    CHECK_THAT(show(plan), ContainsSubstring("    the file {state}/files/certificate.pem, with the content of "
                                             "/etc/r1/tls.crt, with the content of /etc/r1/tls.key\n"));
}

TEST_CASE("a proxy of the spec's own path is taken, and one without time to drain ends at once", "[launch]") {
    const LaunchPlan plan = launched(served({.program = "/own/haproxy", .drain_s = 0}));
    CHECK(plan.hosts[0].processes[1].argv[0] == "/own/haproxy");
    CHECK(!plan.hosts[0].processes[1].is_drained);
    CHECK(plan.drain_s == 0);
}
