// SPDX-License-Identifier: Apache-2.0
#include "spec/validate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/address.hpp"
#include "engine/names/names.hpp"
#include "r1cluster/base/error.hpp"
#include "r1cluster/base/version.hpp"
#include "spec/allowed_text.hpp"

namespace r1cluster {
namespace detail {
namespace {

constexpr std::size_t most_hosts = 1024;
constexpr int most_ranks = 16384;
constexpr std::uint64_t most_cache_bytes = std::uint64_t{1} << 50;
constexpr const char* default_image_python = "/usr/bin/python3";  // of vllm/vllm-openai and lmsysorg/sglang

template <class... Part>
[[noreturn]] void refuse(std::string key, fmt::format_string<Part...> format, Part&&... parts) {
    throw InvalidValue{std::move(key), fmt::format(format, std::forward<Part>(parts)...)};
}

void insist(const Objection& objection, const std::string& key, std::string_view what, std::string_view text) {
    if (objection) refuse(key, "the {} \"{}\" {}", what, printable(text), *objection);
}

template <class Number>
void insist_between(Number value, Number least, Number most, const std::string& key) {
    if (value < least || value > most) {
        refuse(key, "{} is {}; it must be from {} to {}", key.substr(key.rfind('.') + 1), value, least, most);
    }
}

void insist_one_of(const std::string& value, std::initializer_list<std::string_view> all, const std::string& key) {
    std::string expected;
    for (const std::string_view one : all) {
        if (one == value) return;
        if (!one.empty()) expected += fmt::format("{}\"{}\"", expected.empty() ? "" : ", ", one);
    }
    refuse(key, "{} is \"{}\"; expected one of {}", key.substr(key.rfind('.') + 1), printable(value), expected);
}

void require_valid_env(const std::map<std::string, std::string>& env, const std::string& key) {
    for (const auto& [name, value] : env) {
        insist(object_to_variable(name, value), key + "." + name, "environment variable", name);
    }
}

void require_valid_gpus(const std::vector<int>& gpus, const std::string& key) {
    if (gpus.empty()) refuse(key, "the list of GPUs is empty; leave the key out to use all");
    std::set<int> seen;
    for (std::size_t i = 0; i < gpus.size(); ++i) {
        const std::string item = fmt::format("{}[{}]", key, i);
        if (gpus[i] < 0 || gpus[i] > 255) refuse(item, "the GPU index {} must be from 0 to 255", gpus[i]);
        if (!seen.insert(gpus[i]).second) refuse(item, "the GPU {} is given twice", gpus[i]);
    }
}

void require_valid_host(const HostSpec& host, const std::string& key) {
    if (host.name.empty()) refuse(key, "a host has no name; expected such as name = \"node0\" in each [[host]]");
    insist(object_to_name(host.name), key + ".name", "host name", host.name);
    if (host.address.empty()) {
        refuse(key,
               "the host \"{}\" has no address; expected such as address = \"10.0.0.1\", by which the other "
               "hosts reach it",
               host.name);
    }
    insist(object_to_address(host.address), key + ".address", "address", host.address);
    if (!host.ssh.empty() || host.transport == Transport::ssh) {
        insist(object_to_destination(host.ssh), key + ".ssh", "ssh destination", host.ssh);
    }
    if (host.python.empty()) {
        refuse(key + ".python", "the engine's Python of host \"{}\" is missing; give [engine] python for all hosts",
               host.name);
    }
    insist(object_to_absolute_path(host.python), key + ".python", "path", host.python);
    if (!host.interface.empty()) {
        insist(object_to_interface(host.interface), key + ".interface", "interface", host.interface);
    }
    if (host.gpus) require_valid_gpus(*host.gpus, key + ".gpus");
    require_valid_env(host.env, key + ".env");
}

void require_valid_hosts(const std::vector<HostSpec>& hosts) {
    if (hosts.empty()) refuse("", "there is no host; expected at least one [[host]]");
    if (hosts.size() > most_hosts) refuse("host", "{} hosts; at most {} are allowed", hosts.size(), most_hosts);
    std::map<std::string, const HostSpec*> names, addresses;
    for (std::size_t i = 0; i < hosts.size(); ++i) {
        const HostSpec& host = hosts[i];
        const std::string key = fmt::format("host[{}]", i);
        require_valid_host(host, key);
        if (!names.emplace(host.name, &host).second) {
            refuse(key + ".name", "two hosts have the name \"{}\"; each needs its own", host.name);
        }
        const auto [other, is_new] = addresses.emplace(host.address, &host);
        if (is_new) continue;
        const bool are_local = host.transport == Transport::local && other->second->transport == Transport::local;
        refuse(key + ".address", "the hosts \"{}\" and \"{}\" have the same address \"{}\"; {}", other->second->name,
               host.name, host.address,
               are_local ? "local hosts need different loopback addresses, such as 127.0.0.1 and 127.0.0.2"
                         : "each needs its own, by which the other hosts reach it");
    }
}

void require_valid_model(const ModelSpec& model) {
    if (model.path.empty()) refuse("model.path", "the model's path is missing; expected path = \"/...\" in [model]");
    insist(object_to_absolute_path(model.path), "model.path", "path", model.path);
    const std::string key = "model.served_name";
    if (model.served_name.empty()) refuse(key, "the served name is empty; expected a name such as \"deepseek-r1\"");
    if (model.served_name.size() > 256) refuse(key, "the served name is longer than 256 bytes");
    if (model.served_name.front() == '-') {
        refuse(key, "the served name \"{}\" starts with '-', which programs take for an option", model.served_name);
    }
    insist(object_to_line(model.served_name), key, "served name", model.served_name);
}

void require_valid_engine(const EngineSpec& engine) {
    const std::vector<std::string_view> known = launchable_engines();
    if (std::ranges::count(known, engine.name) == 0) {
        refuse("engine.name", "the engine \"{}\" is not known; expected \"{}\"", engine.name,
               fmt::format("{}", fmt::join(known, "\" or \"")));
    }
    if (!engine.version.empty() && !Version::try_parse(engine.version)) {
        refuse("engine.version", "\"{}\" is not a version; expected for example \"0.11.1\"", engine.version);
    }
    if (!engine.python.empty()) insist(object_to_absolute_path(engine.python), "engine.python", "path", engine.python);
    if (!engine.backend.empty() && engine.backend != "mp" && engine.backend != "ray") {
        refuse("engine.backend", "the backend \"{}\" is not known; expected \"mp\" or \"ray\"", engine.backend);
    }
    for (std::size_t i = 0; i < engine.extra_arguments.size(); ++i) {
        const std::string& argument = engine.extra_arguments[i];
        // What follows "=" may be the very secret that is refused.
        insist(object_to_argument(argument), fmt::format("engine.extra_arguments[{}]", i), "argument",
               std::string_view(argument).substr(0, argument.find('=')));
    }
    if (const auto share = engine.gpu_memory_utilization; share && !(*share > 0 && *share <= 1)) {
        refuse("engine.gpu_memory_utilization", "gpu_memory_utilization is {}; it must be above 0 and at most 1",
               *share);
    }
    if (engine.kv_cache_bytes) {
        insist_between<std::uint64_t>(*engine.kv_cache_bytes, 1, most_cache_bytes, "engine.kv_cache_bytes");
    }
    insist_between(engine.start_timeout_s, 1, 86400, "engine.start_timeout_s");
    insist_one_of(engine.dtype, {"", "bfloat16", "float16"}, "engine.dtype");
    insist_one_of(engine.kv_cache_dtype, {"", "auto", "bfloat16", "fp8", "fp8_e4m3", "fp8_e5m2", "fp8_ds_mla"},
                  "engine.kv_cache_dtype");
    constexpr std::int64_t most_tokens = std::int64_t{1} << 24;
    if (engine.max_batched_tokens) {
        insist_between<std::int64_t>(*engine.max_batched_tokens, 1, most_tokens, "engine.max_batched_tokens");
    }
    if (engine.max_sequences) {
        insist_between<std::int64_t>(*engine.max_sequences, 1, most_tokens, "engine.max_sequences");
    }
    insist_between(engine.speculative_tokens, 0, 16, "engine.speculative_tokens");
}

/// Docker and Podman read "source=PATH,target=PATH,readonly", in which no comma can be meant.
void require_mountable(const std::string& path, const std::string& key) {
    insist(object_to_absolute_path(path), key, "path", path);
    if (path.find_first_of(",\"") == std::string::npos) return;
    refuse(key, "the path \"{}\" has a comma or a quotation mark; expected a path without, which a container can mount",
           printable(path));
}

void require_valid_mount(const std::string& mount, const std::string& key) {
    std::string_view rest = mount;
    if (rest.ends_with(":ro")) rest.remove_suffix(3);
    const std::size_t colon = rest.find(':');
    if (colon == std::string_view::npos || rest.find(':', colon + 1) != std::string_view::npos) {
        refuse(key, "the mount \"{}\" is not of the form \"/HOST/PATH:/CONTAINER/PATH\" or \"...:ro\"",
               printable(mount));
    }
    require_mountable(std::string(rest.substr(0, colon)), key);
    require_mountable(std::string(rest.substr(colon + 1)), key);
}

/// What the plan says of a container, and what would end its supervision.
constexpr std::string_view owned_options[] = {
    "--name",        "--detach", "-d",    "--rm", "--entrypoint", "--env-file", "--restart", "--label",      "--pid",
    "--interactive", "-i",       "--tty", "-t",   "--cidfile",    "--network",  "--pull",    "--log-driver", "--net"};

void require_valid_container(const DeploymentSpec& spec) {
    for (std::size_t i = 0; i < spec.hosts.size(); ++i) {
        if (!spec.hosts[i].runtime) continue;
        const std::string key = fmt::format("host[{}].runtime", i);
        if (!spec.container) refuse(key, "a runtime without [container]; expected [container] with image = \"...\"");
        if (*spec.hosts[i].runtime == RuntimeKind::process)
            refuse(key, "runtime is \"process\"; expected \"docker\" or \"podman\"");
    }
    if (!spec.container) return;
    const ContainerSpec& container = *spec.container;
    if (container.runtime == RuntimeKind::process)
        refuse("container.runtime", "runtime is \"process\"; expected \"docker\" or \"podman\", or no [container]");
    if (container.image.empty())
        refuse("container.image", "the image is missing; expected such as image = \"vllm/vllm-openai:v0.11.1\"");
    insist(object_to_image(container.image), "container.image", "image", container.image);
    if (!container.archive.empty())
        insist(object_to_absolute_path(container.archive), "container.archive", "path", container.archive);
    if (!container.program.empty())
        insist(object_to_absolute_path(container.program), "container.program", "path", container.program);
    insist_between<std::uint64_t>(container.shm_bytes, std::uint64_t{1} << 20, most_cache_bytes, "container.shm_bytes");
    require_mountable(spec.model.path, "model.path");
    for (std::size_t i = 0; i < container.mounts.size(); ++i)
        require_valid_mount(container.mounts[i], fmt::format("container.mounts[{}]", i));
    for (std::size_t i = 0; i < container.options.size(); ++i) {
        const std::string key = fmt::format("container.options[{}]", i);
        const std::string& option = container.options[i];
        insist(object_to_line(option), key, "option", option);
        const std::string flag = option.substr(0, option.find('='));
        if (std::ranges::count(owned_options, flag) == 0) continue;
        refuse(key, "the option \"{}\" is set by r1cluster itself; expected a list without it", flag);
    }
}

void require_valid_proxy(const ProxySpec& proxy) {
    const std::string key = "serve.proxy.";
    for (const auto& [name, path] :
         {std::pair("program", &proxy.program), std::pair("tls_certificate_file", &proxy.tls_certificate_file),
          std::pair("tls_key_file", &proxy.tls_key_file)}) {
        if (!path->empty()) insist(object_to_absolute_path(*path), key + name, "path", *path);
    }
    if (proxy.tls_certificate_file.empty() != proxy.tls_key_file.empty()) {
        const bool has_key = proxy.tls_certificate_file.empty();
        refuse(key + (has_key ? "tls_key_file" : "tls_certificate_file"), "{} is given alone; expected {} with it",
               has_key ? "tls_key_file" : "tls_certificate_file", has_key ? "tls_certificate_file" : "tls_key_file");
    }
    constexpr std::size_t most_paths = 256;
    if (proxy.allowed_paths.size() > most_paths) {
        refuse(key + "allowed_paths", "{} paths; at most {} are allowed", proxy.allowed_paths.size(), most_paths);
    }
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < proxy.allowed_paths.size(); ++i) {
        const std::string& path = proxy.allowed_paths[i];
        const std::string item = fmt::format("{}allowed_paths[{}]", key, i);
        insist(object_to_request_path(path), item, "path", path);
        if (!seen.insert(path).second) refuse(item, "the path \"{}\" is given twice", path);
    }
    insist_between<std::uint64_t>(proxy.max_request_bytes, 1024, std::uint64_t{1} << 32, key + "max_request_bytes");
    insist_between(proxy.max_connections, 1, 100'000, key + "max_connections");
    if (proxy.max_connections_per_client)
        insist_between(*proxy.max_connections_per_client, 1, 100'000, key + "max_connections_per_client");
    if (proxy.max_requests_per_minute)
        insist_between(*proxy.max_requests_per_minute, 1, 1'000'000, key + "max_requests_per_minute");
    insist_between(proxy.answer_timeout_s, 1, 86400, key + "answer_timeout_s");
    insist_between(proxy.drain_s, 0, 60, key + "drain_s");
}

void require_protection(const ServeSpec& serve) {
    if (serve.is_unprotected && serve.proxy) {
        refuse("serve.is_unprotected", "is_unprotected is true beside [serve.proxy]; expected one of the two");
    }
    if (!serve.proxy || !serve.api_key_file.empty()) return;
    if (is_loopback(serve.address)) {
        refuse("serve.proxy", "the proxy has no key to ask for; expected api_key_file in [serve]");
    }
    refuse("serve.address",
           "other hosts reach the address \"{}\", and there is no key; expected api_key_file in [serve], which a proxy "
           "before the engine then asks for, or is_unprotected = true",
           serve.address);
}

void require_valid_serve(const ServeSpec& serve) {
    insist(object_to_address(serve.address), "serve.address", "address", serve.address);
    insist_between(serve.port, 1, 65535, "serve.port");
    if (serve.max_model_len) {
        insist_between<std::int64_t>(*serve.max_model_len, 1, std::int64_t{1} << 32, "serve.max_model_len");
    }
    if (!serve.api_key_file.empty()) {
        insist(object_to_absolute_path(serve.api_key_file), "serve.api_key_file", "path", serve.api_key_file);
    }
    require_protection(serve);
    if (serve.proxy) {
        if (serve.address.find('%') != std::string::npos) {
            refuse("serve.address", "the address \"{}\" has a zone; expected one without, which HAProxy can bind",
                   serve.address);
        }
        require_valid_proxy(*serve.proxy);
    }
    if (!serve.goal) return;
    insist_between<std::int64_t>(serve.goal->users, 1, 1'000'000, "serve.goal");
    insist_between<std::int64_t>(serve.goal->tokens, 0, 1'000'000'000, "serve.goal");
}

void require_valid_layout(const LayoutSpec& layout) {
    if (layout.tensor_parallel) insist_between(*layout.tensor_parallel, 1, most_ranks, "layout.tensor_parallel");
    if (layout.pipeline_parallel) insist_between(*layout.pipeline_parallel, 1, most_ranks, "layout.pipeline_parallel");
    if (layout.data_parallel) insist_between(*layout.data_parallel, 1, most_ranks, "layout.data_parallel");
    if (layout.decode_context_parallel) {
        insist_between(*layout.decode_context_parallel, 1, most_ranks, "layout.decode_context_parallel");
    }
    if (!layout.layers_per_stage) return;
    const std::vector<int>& layers = *layout.layers_per_stage;
    const std::string key = "layout.layers_per_stage";
    if (layers.empty()) refuse(key, "layers_per_stage is empty; leave the key out to let r1cluster choose");
    for (std::size_t i = 0; i < layers.size(); ++i) {
        if (layers[i] < 1)
            refuse(fmt::format("{}[{}]", key, i), "a stage of {} layers; each needs at least 1", layers[i]);
    }
    if (layers.size() != static_cast<std::size_t>(layout.pipeline_parallel.value_or(0))) {
        refuse(key, "layers_per_stage has {} stages, but pipeline_parallel is {}", layers.size(),
               layout.pipeline_parallel.value_or(0));
    }
}

std::string last_component(std::string_view path) {
    while (path.ends_with('/')) path.remove_suffix(1);
    return std::string(path.substr(path.rfind('/') + 1));
}

}  // namespace

void fill_in_defaults(DeploymentSpec& spec) {
    if (spec.engine.name.empty()) spec.engine.name = launchable_engines().front();
    if (spec.container && spec.engine.python.empty()) spec.engine.python = default_image_python;
    if (spec.model.served_name.empty()) spec.model.served_name = last_component(spec.model.path);
    if (spec.name.empty()) spec.name = safe_name(spec.model.served_name);
    for (HostSpec& host : spec.hosts) {
        if (host.python.empty()) host.python = spec.engine.python;
        if (host.transport == Transport::local && host.address.empty()) host.address = "127.0.0.1";
        if (host.transport == Transport::ssh && host.ssh.empty()) host.ssh = host.address;
    }
    if (!spec.serve.is_unprotected && !spec.serve.proxy && !is_loopback(spec.serve.address)) spec.serve.proxy.emplace();
    LayoutSpec& layout = spec.layout;
    if (layout.layers_per_stage && !layout.pipeline_parallel && layout.layers_per_stage->size() <= most_ranks) {
        layout.pipeline_parallel = static_cast<int>(layout.layers_per_stage->size());
    }
}

void require_valid(const DeploymentSpec& spec) {
    require_valid_model(spec.model);
    insist(object_to_name(spec.name), "name", "deployment name", spec.name);
    require_valid_engine(spec.engine);
    require_valid_hosts(spec.hosts);
    require_valid_container(spec);
    require_valid_serve(spec.serve);
    require_valid_layout(spec.layout);
    require_valid_env(spec.env, "env");
}

}  // namespace detail

DeploymentSpec validated(DeploymentSpec spec) {
    try {
        detail::fill_in_defaults(spec);
        detail::require_valid(spec);
    } catch (const detail::InvalidValue& invalid) {
        const std::string subject = invalid.key.empty() ? "spec" : invalid.key;
        throw Error(ErrorKind::invalid_input, subject, subject + ": " + invalid.message);
    }
    return spec;
}

}  // namespace r1cluster
