// SPDX-License-Identifier: Apache-2.0
#include "views/changes.hpp"
#include "views/words.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::size_t most_gids_named = 4;

void compare_gids(const std::string& port, const HcaPort& before, const HcaPort& after, bool has_made_up_names,
                  Changes& changes) {
    const auto texts = [&](const HcaPort& one) {
        std::set<std::string> all;
        for (const Gid& gid : one.gids)
            all.insert(fmt::format("{} {}{}", gid.index, has_made_up_names ? "" : gid.gid + " ", gid.type));
        return all;
    };
    const std::set<std::string> old = texts(before), now = texts(after);
    std::vector<std::string> gone, fresh;
    std::set_difference(old.begin(), old.end(), now.begin(), now.end(), std::back_inserter(gone));
    std::set_difference(now.begin(), now.end(), old.begin(), old.end(), std::back_inserter(fresh));
    if (!gone.empty()) changes.add(port, "GIDs are gone: " + first_of(gone, most_gids_named), true);
    if (!fresh.empty()) changes.add(port, "GIDs are new: " + first_of(fresh, most_gids_named), false);
}

void compare_port(const HostPair& host, const std::string& name, const HcaPort& before, const HcaPort& after,
                  Changes& changes) {
    changes.text(name, "state", std::string(to_text(before.state)), std::string(to_text(after.state)),
                 before.state == HcaPortState::active);
    changes.text(name, "link layer", std::string(to_text(before.link_layer)), std::string(to_text(after.link_layer)));
    changes.number<double>(name, "rate", before.rate_gbps, after.rate_gbps, true,
                           [](double gbps) { return rate_text(gbps); });
    if (before.lid && after.lid && *before.lid != *after.lid)
        changes.add(name, fmt::format("LID was {} and is {}", *before.lid, *after.lid), *after.lid == 0);
    if (before.sm_lid && after.sm_lid && *before.sm_lid != *after.sm_lid) {
        changes.add(name, fmt::format("LID of the subnet manager was {} and is {}", *before.sm_lid, *after.sm_lid),
                    *after.sm_lid == 0);
    }
    changes.number<int>(name, "MTU", before.active_mtu, after.active_mtu, true);
    changes.text(name, "network interface", before.netdev, after.netdev);
    compare_gids(name, before, after, host.has_made_up_names, changes);
}

void compare_hca(const HostPair& host, const Hca& before, const Hca& after, Changes& changes) {
    const std::string& name = device_name(after);
    changes.text(name, "name", before.name, after.name);
    changes.text(name, "PCI address", before.pci_address, after.pci_address);
    changes.text(name, "model", before.model, after.model);
    changes.text(name, "firmware", before.firmware_version, after.firmware_version);
    changes.text(name, "driver", before.driver, after.driver);
    changes.text(name, "role", std::string(to_text(before.role)), std::string(to_text(after.role)),
                 before.role == HcaRole::compute || after.role == HcaRole::down);
    changes.fact(name, before.is_usable, after.is_usable, "may be used again",
                 "may not be used any more: " + after.unusable_because, false);
    changes.fact(name, before.is_dmabuf_supported, after.is_dmabuf_supported, "takes DMA-BUF now",
                 "does not take DMA-BUF any more", false);
    const auto number = [](const HcaPort& port) { return port.number; };
    const Matched<HcaPort> ports = matched(before.ports, after.ports, number);
    const auto named = [&](const HcaPort& port) { return fmt::format("{} port {}", name, port.number); };
    for (const HcaPort* gone : ports.gone) changes.add(named(*gone), "is gone", true);
    for (const HcaPort* fresh : ports.fresh) changes.add(named(*fresh), "is new", false);
    for (const auto& [old, now] : ports.both) compare_port(host, named(*now), *old, *now, changes);
}

std::set<std::string> addresses_of(const Nic& nic) {
    std::set<std::string> all;
    for (const NicAddress& address : nic.addresses)
        all.insert(fmt::format("{}/{}", address.address, address.prefix_length));
    return all;
}

void compare_nic(const HostPair& host, const Nic& before, const Nic& after, Changes& changes) {
    const std::string& name = after.name;
    changes.fact(name, before.is_up, after.is_up, "is up again", "is down", false);
    changes.number<int>(name, "MTU", before.mtu, after.mtu, true);
    changes.number<std::int64_t>(name, "speed", before.speed_mbps, after.speed_mbps, true,
                                 [](std::int64_t mbps) { return fmt::format("{} Mb/s", mbps); });
    changes.text(name, "kind", to_text(before.kind), to_text(after.kind));
    changes.text(name, "driver", before.driver, after.driver);
    if (before.master != after.master) {
        const bool is_out = after.master.empty();
        changes.add(name,
                    is_out ? "is not part of " + before.master + " any more" : "is part of " + after.master + " now",
                    is_out);
    }
    if (host.has_made_up_names) return;
    for (const std::string& address : addresses_of(before)) {
        if (!addresses_of(after).count(address)) changes.add(name, "address " + address + " is gone", true);
    }
    for (const std::string& address : addresses_of(after)) {
        if (!addresses_of(before).count(address)) changes.add(name, "address " + address + " is new", false);
    }
}

}  // namespace

void compare_hcas(const HostPair& host, Changes& changes) {
    // Names may change at a restart; where all have an address, that tells which is which.
    const auto has_address = [](const Hca& hca) { return !hca.pci_address.empty(); };
    const bool by_address = std::all_of(host.before.hcas.begin(), host.before.hcas.end(), has_address) &&
                            std::all_of(host.after.hcas.begin(), host.after.hcas.end(), has_address);
    const auto hcas = matched(host.before.hcas, host.after.hcas,
                              [&](const Hca& hca) { return by_address ? hca.pci_address : device_name(hca); });
    for (const Hca* gone : hcas.gone) changes.add(device_name(*gone), "is gone: " + ports_text(*gone), true);
    for (const Hca* fresh : hcas.fresh) changes.add(device_name(*fresh), "is new: " + ports_text(*fresh), false);
    for (const auto& [before, after] : hcas.both) compare_hca(host, *before, *after, changes);
}

void compare_nics(const HostPair& host, Changes& changes) {
    const auto nics = matched(host.before.nics, host.after.nics, [](const Nic& nic) { return nic.name; });
    // Containers bring and take virtual interfaces all the time.
    for (const Nic* gone : nics.gone) {
        if (gone->kind != NicKind::software) changes.add(gone->name, "is gone", true);
    }
    for (const Nic* fresh : nics.fresh) {
        if (fresh->kind != NicKind::software) changes.add(fresh->name, "is new", false);
    }
    for (const auto& [before, after] : nics.both) compare_nic(host, *before, *after, changes);
}

}  // namespace r1cluster::detail
