// SPDX-License-Identifier: Apache-2.0
#include "config/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace r1cluster::detail {
namespace {

using knowledge::Variable;
using Choice = std::optional<VariableChoice>;

Choice set(const Variable& row, const HostInLayout&) { return VariableChoice{row.value, row.because}; }
Choice leave(const Variable& row, const HostInLayout&) { return VariableChoice{std::nullopt, row.because}; }
Choice nothing(const Variable&, const HostInLayout&) { return std::nullopt; }

/// `value` of the interface towards the peers, where that is known.
Choice of_interface(const Variable& row, const HostInLayout& host, std::string value) {
    const HostNetwork& network = host.network;
    if (network.interface.empty()) return VariableChoice{std::nullopt, network.interface_because};
    return VariableChoice{std::move(value), network.interface_because + "; " + row.because};
}

Choice gloo_interface(const Variable& row, const HostInLayout& host) {
    return of_interface(row, host, host.network.interface);
}

Choice nccl_interface(const Variable& row, const HostInLayout& host) {
    return of_interface(row, host, "=" + host.network.interface);
}

Choice nccl_address_family(const Variable& row, const HostInLayout& host) {
    const bool is_ipv6 = host.network.address.find(':') != std::string::npos;
    if (host.network.interface.empty() || !is_ipv6) return std::nullopt;
    return VariableChoice{"AF_INET6", row.because};
}

Choice host_address(const Variable&, const HostInLayout& host) {
    if (!host.network.address.empty()) return VariableChoice{host.network.address, host.network.address_because};
    return VariableChoice{std::nullopt, "the address of this host towards its peers is not known"};
}

std::string gpus_of_ranks(const HostInLayout& host) {
    std::string list;
    for (const RankPlacement* rank : host.ranks) {
        if (rank->gpu) list += (list.empty() ? "" : ",") + std::to_string(*rank->gpu);
    }
    return list;
}

bool uses_all_gpus(const HostInLayout& host) {
    std::string all;
    if (host.machine) {
        for (std::size_t i = 0; i < host.machine->gpus.size(); ++i) all += (i ? "," : "") + std::to_string(i);
    }
    return !host.spec->gpus && gpus_of_ranks(host) == all;
}

Choice visible_gpus(const Variable&, const HostInLayout& host) {
    if (uses_all_gpus(host)) return VariableChoice{std::nullopt, "the layout uses every GPU of the host"};
    return VariableChoice{gpus_of_ranks(host), host.spec->gpus ? "the spec says which GPUs of this host may be used"
                                                               : "the layout does not use every GPU of the host"};
}

Choice order_of_visible_gpus(const Variable& row, const HostInLayout& host) {
    if (uses_all_gpus(host)) return std::nullopt;
    return VariableChoice{"PCI_BUS_ID", row.because};
}

Choice threads_of_a_rank(const Variable&, const HostInLayout& host) {
    const int threads = host.machine ? host.machine->cpu.threads.value_or(0) : 0;
    return VariableChoice{
        std::to_string(std::max(1, threads / std::max(1, host.ranks_on_machine))),
        threads > 0 ? fmt::format("{} threads of the machine among {} ranks on it", threads, host.ranks_on_machine)
                    : "how many threads the machine has could not be seen"};
}

bool are_nics_known(const HostInLayout& host) { return host.machine && !host.machine->nics.empty(); }

/// NCCL's syntax: [^][=]name[,name...], prefixes unless '='.
bool nccl_names_an_interface(std::string_view value, const Machine& machine) {
    const bool is_excluding = value.starts_with('^');
    if (is_excluding) value.remove_prefix(1);
    const bool is_exact = value.starts_with('=');
    if (is_exact) value.remove_prefix(1);
    const auto is_listed = [&](const Nic& nic) {
        for (std::string_view rest = value; !rest.empty();) {
            const std::string_view name = rest.substr(0, rest.find(','));
            if (!name.empty() && (is_exact ? nic.name == name : nic.name.starts_with(name))) return true;
            rest.remove_prefix(std::min(rest.size(), name.size() + 1));
        }
        return false;
    };
    return std::ranges::any_of(machine.nics, [&](const Nic& nic) { return is_listed(nic) != is_excluding; });
}

std::optional<Objection> judge_nccl_interface(const std::string& value, const HostInLayout& host) {
    if (!are_nics_known(host) || nccl_names_an_interface(value, *host.machine)) return std::nullopt;
    return Objection{Severity::error, "no interface of this host matches"};
}

std::optional<Objection> judge_gloo_interface(const std::string& value, const HostInLayout& host) {
    if (!are_nics_known(host)) return std::nullopt;
    for (std::string_view rest = value; !rest.empty();) {
        const std::string_view name = rest.substr(0, rest.find(','));
        if (!find_nic(*host.machine, name)) {
            return Objection{Severity::error,
                             fmt::format("this host has no interface \"{}\" (Gloo takes exact names)", name)};
        }
        rest.remove_prefix(std::min(rest.size(), name.size() + 1));
    }
    return std::nullopt;
}

std::optional<Objection> judge_address(const std::string& value, const HostInLayout& host) {
    if (!are_nics_known(host) || value.starts_with("127.")) return std::nullopt;
    const bool is_own = std::ranges::any_of(host.machine->nics, [&](const Nic& nic) {
        return std::ranges::find(nic.addresses, value, &NicAddress::address) != nic.addresses.end();
    });
    if (is_own) return std::nullopt;
    return Objection{Severity::error, "no interface of this host has this address; each host needs its own"};
}

std::optional<Objection> judge_gid_index(const std::string&, const HostInLayout& host) {
    const auto is_infiniband = [](const Nic& nic) { return nic.kind == NicKind::infiniband; };
    if (!are_nics_known(host) || std::ranges::none_of(host.machine->nics, is_infiniband)) return std::nullopt;
    return Objection{Severity::warning,
                     "on native InfiniBand the index means nothing, or names an entry that is not there"};
}

constexpr std::array rules{
    SettingRule{"set", &set},
    SettingRule{"leave", &leave},
    SettingRule{"at_launch", &nothing},
    SettingRule{"read", &nothing},
    SettingRule{"none", &nothing},
    SettingRule{"gloo_interface", &gloo_interface, &judge_gloo_interface},
    SettingRule{"nccl_interface", &nccl_interface, &judge_nccl_interface},
    SettingRule{"nccl_address_family", &nccl_address_family},
    SettingRule{"leave_to_native_infiniband", &leave, &judge_gid_index},
    SettingRule{"host_address", &host_address, &judge_address},
    SettingRule{"visible_gpus", &visible_gpus},
    SettingRule{"order_of_visible_gpus", &order_of_visible_gpus},
    SettingRule{"threads_of_a_rank", &threads_of_a_rank},
};

}  // namespace

bool HostInLayout::is_on_gpus() const {
    return std::ranges::any_of(ranks, [](const RankPlacement* rank) { return rank->gpu.has_value(); });
}

const SettingRule* find_rule(std::string_view decision) {
    const auto found = std::ranges::find(rules, decision, &SettingRule::decision);
    return found == rules.end() ? nullptr : &*found;
}

}  // namespace r1cluster::detail
