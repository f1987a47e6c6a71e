// SPDX-License-Identifier: Apache-2.0
#include "views/changes.hpp"
#include "views/judgement.hpp"
#include "views/words.hpp"

namespace r1cluster {
namespace {

using detail::Changes;

void compare_machines(const Machine& before, const Machine& after, std::vector<Change>& found) {
    Changes changes(after.host, found);
    if (before.is_reached() != after.is_reached()) {
        changes.add(after.host,
                    after.is_reached() ? "is reached again" : "is not reached any more: " + after.unreachable_because,
                    !after.is_reached());
    }
    if (!before.is_reached() || !after.is_reached()) return;
    const detail::HostPair host{before, after, detail::has_made_up_names(before, after)};
    for (const auto compare : {detail::compare_system, detail::compare_gpus, detail::compare_paths,
                               detail::compare_hcas, detail::compare_pci, detail::compare_nics,
                               detail::compare_software, detail::compare_checkpoint, detail::compare_flaws}) {
        compare(host, changes);
    }
}

/// How machines reach each other: said of the one that starts the connection.
void compare_ways(const Cluster& before, const Cluster& after, std::vector<Change>& found) {
    const auto ends = [](const HostPath& path) { return std::pair(path.from, path.to); };
    for (const auto& [old, now] : detail::matched(before.paths, after.paths, ends).both) {
        Changes changes(now->from, found);
        const std::string way = now->from + " -> " + now->to;
        changes.fact(way, old->is_connected, now->is_connected, "connects again",
                     "does not connect any more: " + now->because, false);
        changes.text(way, "interface", old->interface, now->interface);
    }
    const auto count = [](const Cluster& cluster) { return std::optional(cluster.rails.size()); };
    if (before.rails.empty() || after.rails.empty()) return;
    Changes changes("", found);
    changes.number<std::size_t>("rails", "how many there are", count(before), count(after), true);
    const auto index = [](const Rail& rail) { return rail.index; };
    for (const auto& [old, now] : detail::matched(before.rails, after.rails, index).both) {
        changes.number<std::size_t>(fmt::format("rail {}", now->index), "how many hosts are on it", old->ports.size(),
                                    now->ports.size(), true);
        changes.number<double>(fmt::format("rail {}", now->index), "rate", old->rate_gbps, now->rate_gbps, true,
                               [](double gbps) { return detail::rate_text(gbps); });
    }
}

}  // namespace

std::vector<Change> compare(const Cluster& before, const Cluster& after) {
    std::vector<Change> found;
    // One machine that was read twice is the same one, whatever it was called.
    const bool are_single = before.machines.size() == 1 && after.machines.size() == 1;
    const auto name = [&](const Machine& machine) { return are_single ? std::string() : machine.host; };
    const auto machines = detail::matched(before.machines, after.machines, name);
    for (const Machine* gone : machines.gone) Changes(gone->host, found).add(gone->host, "is gone", true);
    for (const Machine* fresh : machines.fresh)
        Changes(fresh->host, found).add(fresh->host, "is new: " + detail::judgement(*fresh), false);
    for (const auto& [old, now] : machines.both) compare_machines(*old, *now, found);
    compare_ways(before, after, found);
    std::stable_sort(found.begin(), found.end(),
                     [](const Change& a, const Change& b) { return a.is_worse && !b.is_worse; });
    return found;
}

std::string show(const std::vector<Change>& changes) {
    if (changes.empty()) return "nothing changed\n";
    const auto worse = static_cast<std::size_t>(
        std::count_if(changes.begin(), changes.end(), [](const Change& change) { return change.is_worse; }));
    std::string out = fmt::format("{}, {} for the worse\n", detail::plural(changes.size(), "change"),
                                  worse == 0 ? "none" : std::to_string(worse));
    for (const Change& change : changes) {
        const std::string host = change.host.empty() || change.host == change.subject ? "" : change.host + " ";
        out += fmt::format("{} {}{}\n", change.is_worse ? "worse:" : "      ", host, change.sentence);
    }
    return out;
}

namespace detail {

std::string first_of(const std::vector<std::string>& names, std::size_t most) {
    if (names.size() <= most) return joined(names);
    return fmt::format("{} and {} more", joined({names.begin(), names.begin() + static_cast<std::ptrdiff_t>(most)}),
                       names.size() - most);
}

bool has_made_up_names(const Machine& before, const Machine& after) {
    const auto names = [](const Machine& machine) {
        std::set<std::string> all;
        for (const Gpu& gpu : machine.gpus) all.insert(gpu.uuid);
        for (const Hca& hca : machine.hcas) all.insert(hca.node_guid);
        for (const Nic& nic : machine.nics) {
            if (nic.kind == NicKind::physical) all.insert(nic.mac);
        }
        all.erase("");
        return all;
    };
    const auto places = [](const Machine& machine) {
        std::set<std::string> all;
        for (const Gpu& gpu : machine.gpus) all.insert(gpu.pci_address);
        for (const PciDevice& device : machine.pci_devices) all.insert(device.address);
        for (const Nic& nic : machine.nics) all.insert(nic.pci_address);
        all.erase("");
        return all;
    };
    const std::set<std::string> old = names(before), now = names(after);
    if (old.empty() || now.empty()) return false;
    const auto is_in = [](const std::set<std::string>& all) {
        return [&all](const std::string& name) { return all.count(name) > 0; };
    };
    const std::set<std::string> old_places = places(before), now_places = places(after);
    return std::none_of(old.begin(), old.end(), is_in(now)) &&
           std::any_of(old_places.begin(), old_places.end(), is_in(now_places));
}

}  // namespace detail
}  // namespace r1cluster
