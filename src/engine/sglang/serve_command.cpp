// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/address.hpp"
#include "engine/sglang/parts.hpp"
#include "r1cluster/spec/ports.hpp"

namespace r1cluster::detail::sglang {
namespace {

using Words = std::vector<std::string>;

void append(Words& words, const Words& more) { words.insert(words.end(), more.begin(), more.end()); }

/// Ranks that share the experts: the size of tensor parallelism as SGLang counts it.
int group_ranks(const ServeCommand& command) { return command.tensor_parallel * command.data_parallel; }

void add_sizes(const ServeCommand& command, CommandLine& line) {
    append(line.argv, {"--tp-size", std::to_string(group_ranks(command))});
    if (command.pipeline_parallel > 1) append(line.argv, {"--pp-size", std::to_string(command.pipeline_parallel)});
    if (command.data_parallel > 1) {
        const std::string copies = std::to_string(command.data_parallel);
        if (command.has(EngineFeature::copies_by_size)) {
            append(line.argv, {"--attn-dp-size", copies});
        } else {
            append(line.argv, {"--dp-size", copies, "--enable-dp-attention"});
        }
        line.because.push_back(fmt::format(
            "--tp-size {}: SGLang counts the ranks that share the experts, {} copies of attention with {} each",
            group_ranks(command), command.data_parallel, command.tensor_parallel));
    }
    if (!command.is_expert_parallel) return;
    if (command.has(EngineFeature::experts_by_size)) {
        append(line.argv, {"--ep-size", std::to_string(group_ranks(command))});
    } else {
        line.argv.push_back("--enable-ep-moe");
    }
}

std::string kv_cache_dtype(const ServeCommand& command) {
    const std::string& asked = command.spec.engine.kv_cache_dtype;
    if (asked == "fp8") return "fp8_e4m3";
    return asked == command.engine.dtype ? "auto" : asked;  // releases before 0.5 have no other word for it
}

/// What the spec says of the engine, whatever it runs on.
void add_asked(const ServeCommand& command, Words& words) {
    const DeploymentSpec& spec = command.spec;
    const EngineSpec& asked = spec.engine;
    if (spec.serve.max_model_len) append(words, {"--context-length", std::to_string(*spec.serve.max_model_len)});
    if (command.engine.is_dtype_lowered || !asked.dtype.empty()) append(words, {"--dtype", command.engine.dtype});
    if (!asked.kv_cache_dtype.empty()) append(words, {"--kv-cache-dtype", kv_cache_dtype(command)});
    // SGLang divides both by the number of copies.
    if (asked.max_batched_tokens)
        append(words, {"--chunked-prefill-size", std::to_string(*asked.max_batched_tokens * command.data_parallel)});
    if (asked.max_sequences)
        append(words, {"--max-running-requests", std::to_string(*asked.max_sequences * command.data_parallel)});
    if (asked.is_eager) words.push_back("--disable-cuda-graph");
}

/// managers/data_parallel_controller.py and PortArgs.init_new of server_args.py: behind the rendezvous, on its host.
void add_ports_of_copies(const ServeCommand& command, const std::string& address, CommandLine& line) {
    int port = command.place.master_port;
    const auto add = [&](const std::string& purpose) { line.ports.push_back({address, ++port, purpose}); };
    add("answers of the copies");
    add("tokens of the copies");
    if (command.has(EngineFeature::port_of_calls)) add("calls from the engine's library");
    if (command.has(EngineFeature::port_of_metrics)) add("metrics of the copies");
    add("requests for the copies");
    if (!command.has(EngineFeature::free_ports_of_copies)) {
        for (int copy = 0; copy < command.data_parallel; ++copy) add(fmt::format("requests for copy {}", copy));
    }
    if (command.place.nodes > 1 && command.has(EngineFeature::port_of_loads)) add("loads of the copies");
}

void add_rendezvous(const ServeCommand& command, CommandLine& line) {
    const NodePlace& place = command.place;
    const bool is_alone = place.nodes == 1;
    const std::string address = is_alone ? "127.0.0.1" : place.master_address;
    append(line.argv, {"--dist-init-addr", fmt::format("{}:{}", url_host(address), place.master_port)});
    if (!is_alone)
        append(line.argv, {"--nnodes", std::to_string(place.nodes), "--node-rank", std::to_string(place.node)});
    if (place.node > 0) return;
    if (is_alone) {
        line.ports.push_back({address, place.master_port, "rendezvous of the ranks"});
        line.because.push_back("--dist-init-addr: on one host SGLang would take a port by chance");
    }
    if (command.data_parallel > 1) add_ports_of_copies(command, address, line);
}

/// Where each node listens: the head for clients, every other one for nothing but a health check.
void add_listener(const ServeCommand& command, CommandLine& line) {
    const int node = static_cast<int>(command.place.node);
    if (node == 0) {
        append(line.argv, {"--host", command.listen_address, "--port", std::to_string(command.listen_port)});
        return;
    }
    const int port = deployment_ports(command.spec).of_node(node);
    append(line.argv, {"--host", "127.0.0.1", "--port", std::to_string(port)});
    line.ports.push_back({"127.0.0.1", port, "SGLang's own health check"});
    line.because.push_back(
        "--host 127.0.0.1 behind the head: SGLang answers \"healthy\" there whatever its ranks do, so nobody is to "
        "ask");
}

}  // namespace

CommandLine serve_command(const ServeCommand& command) {
    const DeploymentSpec& spec = command.spec;
    CommandLine line;
    line.argv = {
        command.python,        "-m", "sglang.launch_server", "--model-path", spec.model.path, "--served-model-name",
        spec.model.served_name};
    add_listener(command, line);
    add_sizes(command, line);
    add_rendezvous(command, line);
    line.argv.push_back("--enable-metrics");
    line.because.push_back("--enable-metrics: without it nothing tells a rank that hangs from one that has no work");
    add_asked(command, line.argv);
    if (!command.is_on_gpus) {
        append(line.argv, {"--device", "cpu"});
    } else if (spec.engine.gpu_memory_utilization) {
        append(line.argv, {"--mem-fraction-static", fmt::format("{}", *spec.engine.gpu_memory_utilization)});
    }
    append(line.argv, spec.engine.extra_arguments);
    return line;
}

}  // namespace r1cluster::detail::sglang
