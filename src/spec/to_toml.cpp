// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "r1cluster/spec/deployment_spec.hpp"

namespace r1cluster {
namespace {

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
            out += c;
        }
    }
    return out + "\"";
}

std::string list(const std::vector<std::string>& texts) {
    std::string out;
    for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + quoted(text);
    return "[" + out + "]";
}

std::string list(const std::vector<int>& numbers) { return fmt::format("[{}]", fmt::join(numbers, ", ")); }

/// Lines "key = value" of one table; a value that parse_spec fills in anyway is left out.
class TableText {
public:
    explicit TableText(std::string header) : text_(std::move(header)) {}

    void text(std::string_view key, const std::string& value, const std::string& default_value = "") {
        if (value != default_value) text_ += fmt::format("{} = {}\n", key, quoted(value));
    }
    template <class Number>
    void number(std::string_view key, const Number& value) {
        text_ += fmt::format("{} = {}\n", key, value);
    }
    template <class Number>
    void number(std::string_view key, const std::optional<Number>& value) {
        if (value) number(key, *value);
    }
    void raw(std::string_view key, const std::string& value) { text_ += fmt::format("{} = {}\n", key, value); }
    void variables(const std::map<std::string, std::string>& env) {
        for (const auto& [name, value] : env) text_ += fmt::format("{} = {}\n", name, quoted(value));
    }
    const std::string& text() const { return text_; }

private:
    std::string text_;
};

std::string host_toml(const HostSpec& host, const std::string& python) {
    TableText out("\n[[host]]\n");
    out.text("name", host.name);
    out.text("address", host.address);
    if (host.transport != Transport::ssh) out.text("transport", std::string(to_text(host.transport)));
    out.text("ssh", host.ssh, host.transport == Transport::ssh ? host.address : "");
    out.text("python", host.python, python);
    out.text("interface", host.interface);
    if (host.gpus) out.raw("gpus", list(*host.gpus));
    if (host.runtime) out.text("runtime", std::string(to_text(*host.runtime)));
    if (host.env.empty()) return out.text();
    TableText env("[host.env]\n");
    env.variables(host.env);
    return out.text() + env.text();
}

std::string engine_toml(const EngineSpec& engine) {
    TableText out("\n[engine]\n");
    out.text("name", engine.name);
    out.text("version", engine.version);
    out.text("python", engine.python);
    out.text("backend", engine.backend);
    if (!engine.extra_arguments.empty()) out.raw("extra_arguments", list(engine.extra_arguments));
    out.number("gpu_memory_utilization", engine.gpu_memory_utilization);
    out.number("kv_cache_bytes", engine.kv_cache_bytes);
    out.number("start_timeout_s", engine.start_timeout_s);
    out.text("dtype", engine.dtype);
    out.text("kv_cache_dtype", engine.kv_cache_dtype);
    out.number("max_batched_tokens", engine.max_batched_tokens);
    out.number("max_sequences", engine.max_sequences);
    if (engine.is_eager) out.number("is_eager", true);
    if (engine.speculative_tokens != 0) out.number("speculative_tokens", engine.speculative_tokens);
    return out.text();
}

std::string container_toml(const ContainerSpec& container) {
    TableText out("\n[container]\n");
    out.text("runtime", std::string(to_text(container.runtime)));
    out.text("image", container.image);
    out.text("archive", container.archive);
    if (container.pull != Pull::missing) out.text("pull", std::string(to_text(container.pull)));
    if (container.shm_bytes != ContainerSpec().shm_bytes) out.number("shm_bytes", container.shm_bytes);
    if (!container.mounts.empty()) out.raw("mounts", list(container.mounts));
    if (!container.options.empty()) out.raw("options", list(container.options));
    out.text("program", container.program);
    return out.text();
}

std::string proxy_toml(const ProxySpec& proxy) {
    TableText out("\n[serve.proxy]\n");
    const auto number = [&](const char* key, auto ProxySpec::*field) {
        if (proxy.*field != ProxySpec().*field) out.number(key, proxy.*field);
    };
    out.text("program", proxy.program);
    out.text("tls_certificate_file", proxy.tls_certificate_file);
    out.text("tls_key_file", proxy.tls_key_file);
    if (!proxy.allowed_paths.empty()) out.raw("allowed_paths", list(proxy.allowed_paths));
    number("max_request_bytes", &ProxySpec::max_request_bytes);
    number("max_connections", &ProxySpec::max_connections);
    out.number("max_connections_per_client", proxy.max_connections_per_client);
    out.number("max_requests_per_minute", proxy.max_requests_per_minute);
    number("answer_timeout_s", &ProxySpec::answer_timeout_s);
    number("drain_s", &ProxySpec::drain_s);
    return out.text();
}

std::string serve_toml(const ServeSpec& serve) {
    TableText out("\n[serve]\n");
    out.text("address", serve.address);
    out.number("port", serve.port);
    out.number("max_model_len", serve.max_model_len);
    out.text("api_key_file", serve.api_key_file);
    if (serve.goal) out.text("goal", text_of(*serve.goal));
    if (serve.is_unprotected) out.number("is_unprotected", true);
    return serve.proxy ? out.text() + proxy_toml(*serve.proxy) : out.text();
}

std::string layout_toml(const LayoutSpec& layout) {
    if (layout == LayoutSpec{}) return "";
    TableText out("\n[layout]\n");
    out.number("tensor_parallel", layout.tensor_parallel);
    out.number("pipeline_parallel", layout.pipeline_parallel);
    if (layout.layers_per_stage) out.raw("layers_per_stage", list(*layout.layers_per_stage));
    out.number("data_parallel", layout.data_parallel);
    out.number("expert_parallel", layout.expert_parallel);
    out.number("decode_context_parallel", layout.decode_context_parallel);
    return out.text();
}

}  // namespace

std::string to_toml(const DeploymentSpec& spec) {
    TableText head("");
    head.text("name", spec.name);
    head.text("fate", std::string(to_text(spec.fate)));
    std::string out = head.text();
    for (const HostSpec& host : spec.hosts) out += host_toml(host, spec.engine.python);

    TableText model("\n[model]\n");
    model.text("path", spec.model.path);
    model.text("served_name", spec.model.served_name);
    out += model.text() + engine_toml(spec.engine);
    if (spec.container) out += container_toml(*spec.container);
    out += serve_toml(spec.serve) + layout_toml(spec.layout);

    if (spec.env.empty()) return out;
    TableText env("\n[env]\n");
    env.variables(spec.env);
    return out + env.text();
}

}  // namespace r1cluster
