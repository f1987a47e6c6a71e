// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "documents/fill.hpp"
#include "facts/derive/derive.hpp"
#include "facts/interpret/host_answers.hpp"
#include "r1cluster/documents/documents.hpp"
#include "r1cluster/readings/import.hpp"

namespace r1cluster {
namespace {

/// The interface of `from` that bears the address which the kernel chose for a connection.
std::string interface_of(const Cluster& cluster, const PathProbe& probe) {
    const Machine* machine = cluster.find(probe.from_host);
    if (!machine || probe.from_address.empty()) return "";
    for (const Nic& nic : machine->nics) {
        for (const NicAddress& address : nic.addresses) {
            if (address.address == probe.from_address) return nic.name;
        }
    }
    return "";
}

/// Documents in the order in which they are believed, where two tell of the same thing.
constexpr std::array trusted{"nvidia_smi", "lspci", "hwloc", "nccl_topology", "topo_matrix"};

void add_documents(const Readings& readings, Machine& machine) {
    for (const char* kind : trusted) {
        const auto found = readings.documents.find(kind);
        if (found == readings.documents.end()) continue;
        try {
            detail::fill(machine, parse_document(kind, found->second, kind));
        } catch (const Error& error) {
            machine.gaps.push_back(
                {fmt::format("document.{}", kind), kind, error.what(), "write the document again with its tool"});
        }
    }
}

/// Readings that were imported answer few questions. That all the others were not asked is one gap.
void gather_unasked(const Readings& readings, Machine& machine) {
    std::erase_if(machine.gaps, [](const Gap& gap) { return gap.code == ReasonCode::not_asked; });
    machine.gaps.push_back(
        {"everything_else", "everything else", readings.reader + ": it holds no more", "r1cluster record on the host"});
}

}  // namespace

Machine interpret(const Readings& readings, const Knowledge& knowledge) {
    Machine machine;
    machine.host = readings.host;
    machine.unreachable_because = readings.unreachable_because;
    detail::HostAnswers answers(readings, machine);
    if (!machine.is_reached()) {
        answers.gap({"host", "host"}, machine.unreachable_because, "make `ssh` to it work, then read again");
        return machine;
    }
    detail::interpret_system(answers);
    detail::interpret_limits(answers);
    detail::interpret_container(answers);
    detail::interpret_pci(answers);
    detail::interpret_hcas(answers);
    detail::interpret_network(answers);
    detail::interpret_firewalls(answers);
    detail::interpret_services(answers);
    detail::interpret_software(answers);
    detail::interpret_containers(answers);
    detail::interpret_filesystems(answers);
    detail::interpret_gpus(answers);
    detail::interpret_gpudirect(answers, knowledge);
    detail::interpret_image(answers);
    detail::interpret_engine(answers);
    detail::interpret_checkpoint(answers);
    if (is_imported(readings)) {
        gather_unasked(readings, machine);
    } else {
        machine.sources = {"this host"};
    }
    add_documents(readings, machine);
    detail::derive(machine, knowledge);
    return machine;
}

Cluster interpret(const Recording& recording, const Knowledge& knowledge) {
    Cluster cluster;
    for (const Readings& readings : recording.hosts) cluster.machines.push_back(interpret(readings, knowledge));
    for (const PathProbe& probe : recording.probes) {
        cluster.paths.push_back({probe.from_host, probe.to_host, interface_of(cluster, probe), probe.from_address,
                                 probe.to_address, probe.is_connected, probe.round_trip_us, probe.because});
    }
    detail::derive(cluster);
    return cluster;
}

const Machine* Cluster::find(std::string_view host) const {
    for (const Machine& machine : machines) {
        if (machine.host == host) return &machine;
    }
    return nullptr;
}

}  // namespace r1cluster
