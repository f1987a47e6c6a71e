// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <set>

#include "engine/names/names.hpp"
#include "r1cluster/base/error.hpp"
#include "r1cluster/spec/deployment_spec.hpp"
#include "spec/allowed_text.hpp"

namespace r1cluster {
namespace {

constexpr std::string_view top =
    R"(# What r1cluster shall deploy. Every key: docs/spec.md. Try it with `r1cluster up --dry-run`.

# What becomes of the engine when r1cluster goes away: "service" lives on, "attached" ends with it.
fate = "service"

# The first host is the head: it serves the API.
)";

constexpr std::string_view rest =
    R"(
[model]
path = "/data/DeepSeek-R1"      # folder of the checkpoint, the same on every host
# served_name = "deepseek-r1"   # name in the API; default: last part of path

[engine]
name = "{engine}"
python = "/opt/{engine}/bin/python"  # interpreter of the environment that holds the engine, the same on every host
# version = "0.11.1"             # that every host must have; default: whatever they have in common
# gpu_memory_utilization = 0.9   # share of GPU memory that the engine may take
# kv_cache_bytes = "1 GiB"       # per rank; default: what remains (GPU), 1 GiB (CPU)
# start_timeout_s = 1800         # from the first process to the first token

[serve]
address = "127.0.0.1"            # where the head listens; "0.0.0.0" for all: then a proxy asks for the key
port = 8000
# max_model_len = 32768          # tokens; default: the model's own limit
# api_key_file = "/etc/r1cluster/api-key"   # on the head host

# The reverse proxy (HAProxy) that other hosts reach instead of the engine.
# [serve.proxy]
# tls_certificate_file = "/etc/r1cluster/tls.crt"   # on the head host
# tls_key_file = "/etc/r1cluster/tls.key"

# Leave this out, and r1cluster chooses.
# [layout]
# tensor_parallel = 8
# pipeline_parallel = 2

# Environment of every engine process; it wins over what r1cluster would set.
# [env]
# NCCL_DEBUG = "INFO"
)";

void insist_on_destination(const std::string& destination) {
    auto objection = detail::object_to_destination(destination);
    if (!objection) return;
    throw Error(ErrorKind::invalid_input, destination,
                fmt::format("init: the ssh destination \"{}\" {}", detail::printable(destination), *objection));
}

std::string local_host(int index, int local_index) {
    return fmt::format(
        "\n[[host]]\nname = \"node{}\"\ntransport = \"local\"     # a part of this machine\naddress = \"127.0.0.{}\"\n",
        index, local_index + 1);
}

std::string ssh_host(int index, const std::string& destination) {
    const std::string address = destination.substr(destination.rfind('@') + 1);
    return fmt::format(
        "\n[[host]]\nname = \"node{}\"\nssh = \"{}\"\naddress = \"{}\"     # by which the other hosts reach it; best "
        "an IP "
        "address\n# interface = \"eth0\"     # default: found by route to the other hosts\n",
        index, destination, address);
}

/// Names the engine that a spec gets by default.
std::string with_engine(std::string text) {
    constexpr std::string_view place = "{engine}";
    for (std::size_t at = text.find(place); at != std::string::npos; at = text.find(place, at)) {
        text.replace(at, place.size(), detail::launchable_engines().front());
    }
    return text;
}

}  // namespace

std::string init(const std::vector<std::string>& hosts) {
    if (hosts.empty() || hosts.size() > 1024) {
        throw Error(ErrorKind::invalid_input, "hosts",
                    fmt::format("init: {} hosts; expected 1 to 1024 of \"user@host\", an alias of ssh, or \"local\"",
                                hosts.size()));
    }
    std::string out(top);
    std::set<std::string> seen;
    int index = 0, local_count = 0;
    for (const std::string& host : hosts) {
        if (host == "local") {
            if (local_count == 254) throw Error(ErrorKind::invalid_input, host, "init: more than 254 local hosts");
            out += local_host(index++, local_count++);
            continue;
        }
        insist_on_destination(host);
        if (!seen.insert(host.substr(host.rfind('@') + 1)).second) {
            throw Error(ErrorKind::invalid_input, host, fmt::format("init: the host \"{}\" is given twice", host));
        }
        out += ssh_host(index++, host);
    }
    return out + with_engine(std::string(rest));
}

}  // namespace r1cluster
