// SPDX-License-Identifier: Apache-2.0
// Who can reach the service, and what he is asked for.
#include <functional>

#include "check/two_hosts.hpp"
#include "support/catch.hpp"

using namespace r1cluster;

namespace {

/// The findings of one rule after the change, one a line.
std::string after(const std::string& id, const std::function<void(TwoHosts&)>& change) {
    TwoHosts hosts;
    change(hosts);
    std::string text;
    for (const Finding& finding : hosts.findings(id)) text += (text.empty() ? "" : "\n") + text_of(finding);
    return text;
}

/// The engine itself listens where others reach it.
void expose(TwoHosts& hosts) {
    hosts.spec.serve.address = "0.0.0.0";
    hosts.spec.serve.is_unprotected = true;
}

/// A proxy listens there.
void protect(TwoHosts& hosts) {
    hosts.spec.serve.address = "0.0.0.0";
    hosts.spec.serve.api_key_file = "/etc/key";
    hosts.spec.serve.proxy.emplace();
    hosts.machine(0).software.push_back({"haproxy", "2.6.12-1+deb12u4", "/usr/sbin/haproxy", ""});
}

}  // namespace

TEST_CASE("an API that others reach without a key is a warning", "[check]") {
    CHECK(after("security.api_key", expose) ==
          "0.0.0.0:8000: warning: anyone who reaches this address can use the model | a key, or an address that only "
          "this "
          "host reaches | set api_key_file in [serve] instead of is_unprotected, or address = \"127.0.0.1\"");
    CHECK(after("security.api_key", [](TwoHosts& hosts) {
              expose(hosts);
              hosts.spec.serve.api_key_file = "/etc/key";
          }).empty());
}

TEST_CASE("a key alone leaves open what this release leaves open, by name", "[check]") {
    const auto with_key = [](TwoHosts& hosts) {
        expose(hosts);
        hosts.spec.serve.api_key_file = "/etc/key";
    };
    CHECK(after("security.open_routes", with_key) ==
          "0.0.0.0:8000: warning: vLLM 0.11.1 answers without a key what controls the engine: POST /scale_elastic_ep; "
          "runs "
          "the model: POST /invocations, POST /inference/v1/generate, POST /tokenize, POST /detokenize; tells of the "
          "server: GET /metrics, GET /load, GET /version, GET /docs, GET /redoc, GET /openapi.json, POST "
          "/is_scaling_elastic_ep, GET /health, GET, POST /ping | a proxy before the engine, which asks for the key on "
          "every route | leave is_unprotected out and set api_key_file in [serve], or address = \"127.0.0.1\"");
    const std::string old = after("security.open_routes", [&](TwoHosts& hosts) {
        with_key(hosts);
        hosts.machine(0).engine->packages["vllm"] = "0.14.1";
    });
    CHECK_THAT(old, ContainsSubstring("controls the engine: POST /scale_elastic_ep, POST /pause, POST /resume;"));
    const std::string unknown = after("security.open_routes", [&](TwoHosts& hosts) {
        with_key(hosts);
        hosts.machine(0).engine.reset();
    });
    CHECK_THAT(unknown, ContainsSubstring("vLLM (its version is not known: the newest that is) answers without a key"));
    CHECK_THAT(unknown, ContainsSubstring("POST /invocations"));
    CHECK_THAT(unknown, !ContainsSubstring("/pause"));
}

TEST_CASE("an engine of which no table says what it leaves open is unknown, not passed", "[check]") {
    TwoHosts hosts;
    expose(hosts);
    Knowledge tables = Knowledge::embedded();
    tables.engines["vllm"].routes.clear();
    const Report report = check(hosts.decision(), tables);
    int unknown = 0;
    for (const Finding& finding : report.findings) {
        if (finding.id == "security.open_routes") unknown += finding.severity == Severity::unknown ? 1 : 100;
    }
    CHECK(unknown == 1);
}

TEST_CASE("behind a proxy, or on loopback, no route is open to others", "[check]") {
    CHECK(after("security.open_routes", protect).empty());
    CHECK(after("security.open_routes", [](TwoHosts&) {}).empty());
}

TEST_CASE("a key that travels in the clear is a warning", "[check]") {
    CHECK(
        after("security.encryption", protect) ==
        "0.0.0.0:8000: warning: requests, answers and the key travel unencrypted | TLS | set tls_certificate_file and "
        "tls_key_file in [serve.proxy]");
    CHECK(after("security.encryption", [](TwoHosts& hosts) {
              protect(hosts);
              hosts.spec.serve.proxy->tls_certificate_file = "/etc/tls.crt";
          }).empty());
    CHECK(after("security.encryption", [](TwoHosts&) {}).empty());
}

TEST_CASE("a proxy that is not installed is an error with the command that installs it", "[check]") {
    CHECK(after("proxy.installed", protect).empty());
    CHECK(after("proxy.installed", [](TwoHosts&) {}).empty());
    const auto without = [](TwoHosts& hosts) {
        protect(hosts);
        hosts.machine(0).software.clear();
    };
    CHECK(after("proxy.installed", without) ==
          "node0: unknown: software.haproxy: not read | HAProxy 2.4.0 or later | read the host again");
    CHECK(after("proxy.installed",
                [&](TwoHosts& hosts) {
                    without(hosts);
                    hosts.machine(0).gaps.push_back({"software.haproxy", "HAProxy",
                                                     "not found in /usr/bin and the like",
                                                     "sudo apt-get install haproxy", ReasonCode::not_found});
                }) ==
          "node0: error: HAProxy: not found in /usr/bin and the like | HAProxy 2.4.0 or later | ssh root@gpu-0 'sudo "
          "apt-get install haproxy'");
    CHECK(after("proxy.installed",
                [&](TwoHosts& hosts) {
                    protect(hosts);
                    hosts.machine(0).software[0].version = "2.0.29";
                }) ==
          "node0: error: /usr/sbin/haproxy 2.0.29 | HAProxy 2.4.0 or later | ssh root@gpu-0 'sudo apt-get install "
          "haproxy'");
    CHECK(after("proxy.installed",
                [&](TwoHosts& hosts) {
                    protect(hosts);
                    hosts.machine(0).software[0].version = "unknown";
                }) ==
          "node0: unknown: /usr/sbin/haproxy, whose version is not known | HAProxy 2.4.0 or later | ssh root@gpu-0 "
          "'sudo apt-get install haproxy'");
    CHECK_THAT(after("proxy.installed",
                     [&](TwoHosts& hosts) {
                         protect(hosts);
                         hosts.spec.serve.proxy->program = "/opt/haproxy";
                     }),
               ContainsSubstring("HAProxy 2.4.0 or later as /opt/haproxy"));
}
