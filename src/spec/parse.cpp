// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "r1cluster/base/error.hpp"
#include "spec/allowed_text.hpp"
#include "spec/toml_reader.hpp"
#include "spec/toml_syntax.hpp"
#include "spec/validate.hpp"

namespace r1cluster {
namespace {

using detail::InvalidValue;
using detail::TableReader;

constexpr std::size_t most_bytes = 1 << 20;

[[noreturn]] void refuse(std::string_view source, TextPosition at, std::string_view message) {
    throw Error(std::string(source), at, message);
}

template <class Choice>
void read_choice(TableReader& table, std::string_view name, const std::string& key, std::initializer_list<Choice> all,
                 Choice& target) {
    std::string text(to_text(target));
    table.read(name, text);
    std::string expected;
    for (const Choice choice : all) {
        if (to_text(choice) == text) {
            target = choice;
            return;
        }
        expected += fmt::format("{}\"{}\"", expected.empty() ? "" : " or ", to_text(choice));
    }
    throw InvalidValue{key, fmt::format("{} is \"{}\"; expected {}", key, detail::printable(text), expected)};
}

/// "docker" or "podman"; a spec without [container] has no runtime to choose.
std::optional<RuntimeKind> read_runtime(TableReader& table, const std::string& key) {
    std::string text;
    table.read("runtime", text);
    for (const RuntimeKind runtime : {RuntimeKind::docker, RuntimeKind::podman}) {
        if (to_text(runtime) == text) return runtime;
    }
    if (text.empty()) return std::nullopt;
    throw InvalidValue{key + ".runtime", fmt::format("{}.runtime is \"{}\"; expected \"docker\" or \"podman\"", key,
                                                     detail::printable(text))};
}

HostSpec read_host(TableReader& table, const std::string& key) {
    HostSpec host;
    table.read("name", host.name);
    table.read("address", host.address);
    table.read("ssh", host.ssh);
    read_choice(table, "transport", key + ".transport", {Transport::ssh, Transport::local}, host.transport);
    table.read("python", host.python);
    table.read("interface", host.interface);
    table.read("gpus", host.gpus);
    table.read("env", host.env);
    host.runtime = read_runtime(table, key);
    table.close();
    return host;
}

void read_model(TableReader& table, ModelSpec& model) {
    table.read("path", model.path);
    table.read("served_name", model.served_name);
    table.close();
}

void read_engine(TableReader& table, EngineSpec& engine) {
    table.read("name", engine.name);
    table.read("version", engine.version);
    table.read("python", engine.python);
    table.read("backend", engine.backend);
    table.read("extra_arguments", engine.extra_arguments);
    table.read("gpu_memory_utilization", engine.gpu_memory_utilization);
    table.read_bytes("kv_cache_bytes", engine.kv_cache_bytes);
    table.read("start_timeout_s", engine.start_timeout_s);
    table.read("dtype", engine.dtype);
    table.read("kv_cache_dtype", engine.kv_cache_dtype);
    table.read("max_batched_tokens", engine.max_batched_tokens);
    table.read("max_sequences", engine.max_sequences);
    table.read("is_eager", engine.is_eager);
    table.read("speculative_tokens", engine.speculative_tokens);
    table.close();
}

void read_container(TableReader& table, ContainerSpec& container) {
    container.runtime = read_runtime(table, "container").value_or(container.runtime);
    table.read("image", container.image);
    table.read("archive", container.archive);
    read_choice(table, "pull", "container.pull", {Pull::missing, Pull::never}, container.pull);
    std::optional<std::uint64_t> shm_bytes;
    table.read_bytes("shm_bytes", shm_bytes);
    container.shm_bytes = shm_bytes.value_or(container.shm_bytes);
    table.read("mounts", container.mounts);
    table.read("options", container.options);
    table.read("program", container.program);
    table.close();
}

Goal goal_of(const std::string& text) {
    try {
        return parse_goal(text);
    } catch (const Error& error) {
        throw InvalidValue{"serve.goal", error.what()};
    }
}

void read_proxy(TableReader& table, ProxySpec& proxy) {
    table.read("program", proxy.program);
    table.read("tls_certificate_file", proxy.tls_certificate_file);
    table.read("tls_key_file", proxy.tls_key_file);
    table.read("allowed_paths", proxy.allowed_paths);
    std::optional<std::uint64_t> max_request_bytes;
    table.read_bytes("max_request_bytes", max_request_bytes);
    proxy.max_request_bytes = max_request_bytes.value_or(proxy.max_request_bytes);
    table.read("max_connections", proxy.max_connections);
    table.read("max_connections_per_client", proxy.max_connections_per_client);
    table.read("max_requests_per_minute", proxy.max_requests_per_minute);
    table.read("answer_timeout_s", proxy.answer_timeout_s);
    table.read("drain_s", proxy.drain_s);
    table.close();
}

void read_serve(TableReader& table, ServeSpec& serve) {
    table.read("address", serve.address);
    table.read("port", serve.port);
    table.read("max_model_len", serve.max_model_len);
    table.read("api_key_file", serve.api_key_file);
    std::string goal;
    table.read("goal", goal);
    if (!goal.empty()) serve.goal = goal_of(goal);
    table.read("is_unprotected", serve.is_unprotected);
    auto proxy = table.table("proxy");
    table.close();
    if (proxy) read_proxy(*proxy, serve.proxy.emplace());
}

void read_layout(TableReader& table, LayoutSpec& layout) {
    table.read("tensor_parallel", layout.tensor_parallel);
    table.read("pipeline_parallel", layout.pipeline_parallel);
    table.read("layers_per_stage", layout.layers_per_stage);
    table.read("data_parallel", layout.data_parallel);
    table.read("expert_parallel", layout.expert_parallel);
    table.read("decode_context_parallel", layout.decode_context_parallel);
    table.close();
}

DeploymentSpec read_spec(TableReader& table) {
    DeploymentSpec spec;
    table.read("name", spec.name);
    read_choice(table, "fate", "fate", {Fate::service, Fate::attached}, spec.fate);
    std::vector<TableReader> hosts = table.tables("host");
    auto model = table.table("model"), engine = table.table("engine");
    auto container = table.table("container"), serve = table.table("serve"), layout = table.table("layout");
    table.read("env", spec.env);
    // Before what is missing: a mistyped [modle] explains why there is no [model].
    table.close();
    for (std::size_t i = 0; i < hosts.size(); ++i) {
        spec.hosts.push_back(read_host(hosts[i], fmt::format("host[{}]", i)));
    }
    if (!model) throw InvalidValue{"", "the part [model] is missing; expected [model] with path = \"/...\""};
    read_model(*model, spec.model);
    if (engine) read_engine(*engine, spec.engine);
    if (container) read_container(*container, spec.container.emplace());
    if (serve) read_serve(*serve, spec.serve);
    if (layout) read_layout(*layout, spec.layout);
    return spec;
}

/// What an editor may write and no TOML parser reads: said in our words, since theirs would name a byte.
void refuse_other_files(std::string_view text, std::string_view source) {
    if (text.size() > most_bytes) refuse(source, {}, "the spec is larger than 1 MiB");
    if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) {
        refuse(source, {}, "the spec is UTF-16; expected UTF-8 without a byte order mark");
    }
    if (text.starts_with("\xef\xbb\xbf")) {
        refuse(source, {}, "the spec starts with a byte order mark; expected UTF-8 without one");
    }
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
        refuse(source, {},
               "the spec is empty; expected [[host]], [model] and [engine], as `r1cluster init` writes them");
    }
}

toml::table parse_text(std::string_view text, std::string_view source) {
    try {
        return detail::parse_toml(text, source);
    } catch (const toml::parse_error& error) {
        const auto& at = error.source().begin;
        refuse(source, {at.line, at.column}, detail::explain_syntax(text, at.line, error.description()));
    }
}

}  // namespace

DeploymentSpec parse_spec(std::string_view text, std::string_view source) {
    refuse_other_files(text, source);
    const toml::table root = parse_text(text, source);
    detail::Positions positions;
    try {
        TableReader reader(root, "", positions);
        DeploymentSpec spec = read_spec(reader);
        detail::fill_in_defaults(spec);
        detail::require_valid(spec);
        return spec;
    } catch (const InvalidValue& invalid) {
        refuse(source, positions.find(invalid.key), invalid.message);
    }
}

}  // namespace r1cluster
