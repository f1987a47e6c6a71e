// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/address.hpp"
#include "check/rule.hpp"

namespace r1cluster::detail {
namespace {

/// What the configuration of src/launch/proxy needs.
constexpr std::string_view proxy_rules = "rules of the reverse proxy";

std::string where(const ServeSpec& serve) { return fmt::format("{}:{}", serve.address, serve.port); }

/// Whether other hosts reach the engine itself.
bool is_engine_exposed(const ServeSpec& serve) { return !serve.proxy && !is_loopback(serve.address); }

void judge_api_key(const CheckInput& input, Verdicts& verdicts) {
    const ServeSpec& serve = input.spec.serve;
    if (is_loopback(serve.address) || !serve.api_key_file.empty()) {
        verdicts.add(where(serve), passed);
        return;
    }
    verdicts.add(where(serve),
                 {{{Severity::warning, "anyone who reaches this address can use the model",
                    "a key, or an address that only this host reaches",
                    "set api_key_file in [serve] instead of is_unprotected, or address = \"127.0.0.1\""}}});
}

/// Of the head host, else of the spec.
std::optional<Version> engine_version(const CheckInput& input) {
    const Machine* head = input.cluster.find(input.spec.hosts.front().name);
    const auto installed = head && head->is_reached() ? installed_version(engine_of(input), *head) : std::nullopt;
    return installed ? installed : Version::try_parse(input.spec.engine.version);
}

/// "controls the engine: POST /pause, POST /resume; runs the model: POST /invocations".
std::string listed(const std::vector<const knowledge::EngineRoute*>& routes) {
    using knowledge::RouteEffect;
    std::string text;
    for (const auto& [effect, words] : {std::pair(RouteEffect::controls_engine, "controls the engine"),
                                        std::pair(RouteEffect::runs_model, "runs the model"),
                                        std::pair(RouteEffect::tells_state, "tells of the server")}) {
        std::string of_effect;
        for (const auto* row : routes) {
            if (row->effect != effect) continue;
            of_effect += fmt::format("{}{} {}", of_effect.empty() ? "" : ", ", row->methods, row->route);
        }
        if (!of_effect.empty()) text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", words, of_effect);
    }
    return text;
}

void judge_open_routes(const CheckInput& input, Verdicts& verdicts) {
    const ServeSpec& serve = input.spec.serve;
    if (!is_engine_exposed(serve)) {
        verdicts.add(where(serve), passed);
        return;
    }
    const EngineDefinition& engine = engine_of(input);
    const std::string expected = "a proxy before the engine, which asks for the key on every route";
    const std::string remedy = "leave is_unprotected out and set api_key_file in [serve], or address = \"127.0.0.1\"";
    const auto version = engine_version(input);
    const auto routes = input.knowledge.engine(engine.name).open_routes(version);
    if (routes.empty()) {
        const std::string observed = fmt::format("what {} answers without the key is not known", engine.title);
        verdicts.add(where(serve), {{{Severity::unknown, observed, expected, remedy}}});
        return;
    }
    const std::string name = version ? fmt::format("{} {}", engine.title, version->text())
                                     : fmt::format("{} (its version is not known: the newest that is)", engine.title);
    verdicts.add(where(serve),
                 {{{Severity::warning, fmt::format("{} answers without a key what {}", name, listed(routes)), expected,
                    remedy}}});
}

void judge_encryption(const CheckInput& input, Verdicts& verdicts) {
    const ServeSpec& serve = input.spec.serve;
    const bool is_encrypted = serve.proxy && !serve.proxy->tls_certificate_file.empty();
    if (is_loopback(serve.address) || is_encrypted) {
        verdicts.add(where(serve), passed);
        return;
    }
    verdicts.add(where(serve), {{{Severity::warning, "requests, answers and the key travel unencrypted", "TLS",
                                  "set tls_certificate_file and tls_key_file in [serve.proxy]"}}});
}

void judge_proxy(const CheckInput& input, Verdicts& verdicts) {
    const ServeSpec& serve = input.spec.serve;
    if (!serve.proxy) return;
    const HostSpec& host = input.spec.hosts.front();
    const Machine* machine = input.cluster.find(host.name);
    if (!machine || !machine->is_reached()) return verdicts.add_unreached();
    const std::string& program = serve.proxy->program;
    const std::string expected =
        fmt::format("HAProxy {} or later{}", input.knowledge.tool_since("haproxy", proxy_rules),
                    program.empty() ? "" : " as " + program);
    const std::string install = command_on(host, "sudo apt-get install haproxy");
    const auto found = std::ranges::find_if(machine->software, [&](const SoftwareBuild& build) {
        return build.name == "haproxy" && (program.empty() || build.path == program);
    });
    if (found == machine->software.end()) {
        verdicts.add(host.name, {{absent_or_unseen(*machine, "software.haproxy", expected, install)}});
        return;
    }
    const auto version = Version::try_parse(found->version);
    const std::string observed = fmt::format("{} {}", found->path, found->version);
    if (!version) {
        verdicts.add(host.name,
                     {{{Severity::unknown, found->path + ", whose version is not known", expected, install}}});
    } else if (!input.knowledge.tool_has("haproxy", proxy_rules, *version)) {
        verdicts.add(host.name, {{{Severity::error, observed, expected, install}}});
    } else {
        verdicts.add(host.name, passed);
    }
}

constexpr std::array security_rule_list{
    Rule{"security.api_key", judge_api_key},
    Rule{"security.open_routes", judge_open_routes},
    Rule{"security.encryption", judge_encryption},
    Rule{"proxy.installed", judge_proxy},
};

}  // namespace

std::span<const Rule> security_rules() { return security_rule_list; }

}  // namespace r1cluster::detail
