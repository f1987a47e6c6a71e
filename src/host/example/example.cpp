// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/host/example/example.hpp"

#include <fmt/format.h>

#include "host/example/deepseek_r1.hpp"
#include "host/example/described_host.hpp"
#include "host/example/embedded_file.hpp"
#include "host/os/digest.hpp"
#include "r1cluster/base/error.hpp"
#include "r1cluster/spec/ports.hpp"

namespace r1cluster {
namespace {

detail::HostIdentity identity_of(const DeploymentSpec& spec, std::size_t host) {
    const HostSpec &own = spec.hosts.at(host), &peer = spec.hosts.at(1 - host);
    detail::HostIdentity identity;
    identity.number = static_cast<int>(host) + 1;
    identity.name = own.name;
    identity.address = own.address;
    identity.peer_address = peer.address;
    identity.model_path = spec.model.path;
    identity.python = spec.engine.python;
    for (PlannedPort& port : planned_ports(spec)) {
        if (port.host == own.name) identity.ports.push_back(std::move(port));
    }
    return identity;
}

/// "checkpoint(PATH)" as read_this_host() answers it.
std::string digest_of(const CheckpointText& text) {
    calls::Checkpoint digest{detail::sha256_hex(text.config), detail::sha256_hex(text.index), {}};
    for (const ShardText& shard : text.shards) {
        digest.shards.push_back({shard.name, shard.size_bytes, detail::sha256_hex(shard.header.text.value_or("")), ""});
    }
    return calls::to_text(digest);
}

Readings readings_of(const detail::HostIdentity& identity, const CheckpointText& checkpoint,
                     const std::string& digest) {
    detail::DescribedHost host(identity);
    for (const auto describe :
         {detail::describe_system, detail::describe_limits, detail::describe_network, detail::describe_pci,
          detail::describe_gpus, detail::describe_hcas, detail::describe_software, detail::describe_services}) {
        describe(host);
    }
    host.text(checkpoint.path + "/config.json", checkpoint.config);
    host.call("checkpoint(" + checkpoint.path + ")", digest);
    return host.readings();
}

PathProbe probe_of(const HostSpec& from, const HostSpec& to) {
    PathProbe probe;
    probe.from_host = from.name;
    probe.to_host = to.name;
    probe.from_address = from.address;
    probe.to_address = to.address;
    probe.to_port = 41'000;
    probe.is_connected = true;
    probe.round_trip_us = 48;
    return probe;
}

}  // namespace

std::string_view detail::example_file(std::string_view name) {
    for (const EmbeddedFile& file : example_files()) {
        if (file.name == name) return file.content;
    }
    throw Error(ErrorKind::internal, std::string(name), fmt::format("the library carries no file \"{}\"", name));
}

std::string example_spec_text() { return std::string(detail::example_file(example_spec_file)); }

DeploymentSpec example_spec() { return parse_spec(example_spec_text(), example_spec_file); }

Recording example_recording() {
    const DeploymentSpec spec = example_spec();
    Recording recording;
    recording.checkpoint = detail::deepseek_r1_text(spec.model.path);
    const std::string digest = digest_of(*recording.checkpoint);
    for (std::size_t i = 0; i < spec.hosts.size(); ++i) {
        recording.hosts.push_back(readings_of(identity_of(spec, i), *recording.checkpoint, digest));
        recording.probes.push_back(probe_of(spec.hosts[i], spec.hosts.at(1 - i)));
    }
    return recording;
}

}  // namespace r1cluster
