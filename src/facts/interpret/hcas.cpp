// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "facts/enum_words.hpp"
#include "facts/interpret/host_answers.hpp"
#include "facts/interpret/verbs.hpp"
#include "readings/hca_names.hpp"
#include "readings/pci_names.hpp"
#include "readings/reason.hpp"

namespace r1cluster::detail {
namespace {

/// "5: LinkUp" -> "LinkUp"
std::string word_of(const std::string& text) {
    const std::size_t colon = text.find(": ");
    return colon == std::string::npos ? text : text.substr(colon + 2);
}

/// "0x1a" -> 26
std::optional<int> hex_number(const std::string& text) {
    int number = 0;
    if (!text.starts_with("0x")) return number_of<int>(text);
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + 2, end, number, 16);
    return error == std::errc{} && stop == end ? std::optional(number) : std::nullopt;
}

/// "400 Gb/sec (4X NDR)" -> 400
std::optional<double> rate_of(const std::string& text) {
    const std::size_t end = text.find(" Gb/sec");
    const auto rate = end == std::string::npos ? std::nullopt : number_of<double>(text.substr(0, end));
    return rate && *rate > 0 && *rate < 1e6 ? rate : std::nullopt;
}

class HcaReader {
public:
    explicit HcaReader(HostAnswers& answers) : answers_(answers) {}

    void interpret() {
        const auto& listings = answers_.readings().listings;
        const auto listing = listings.find(hca_folder);
        const std::set<std::string> names = below(hca_folder);
        if (names.empty()) {
            // No folder: the kernel has no verbs at all, and so no HCA that anybody could use.
            if (listing != listings.end() &&
                (listing->second.text || code_of(listing->second) == ReasonCode::not_found)) {
                return;
            }
            answers_.gap({"hcas", "HCAs"}, answers_.why_no_listing(hca_folder));
            return;
        }
        for (const std::string& name : names) {
            if (answers_.machine().hcas.size() < max_hcas) answers_.machine().hcas.push_back(hca_of(name));
        }
        if (names.size() > max_hcas) {
            answers_.gap({"hcas", "HCAs"},
                         fmt::format("{} verbs devices, of which {} are looked at", names.size(), max_hcas));
        }
        interpret_usability();
        compare_with_verbs(answers_);
        for (const auto& [key, where] : missing_) {
            answers_.gap({key, where.subject}, fmt::format("not read for {}: {}", few_of(where.hcas), where.because));
        }
    }

private:
    struct Missing {
        std::string subject;
        std::vector<std::string> hcas;
        std::string because;  ///< of the first
    };

    /// Names in a folder: as it was listed, or, in a tree that was put together, by the files in it.
    std::set<std::string> below(const std::string& folder) const {
        const std::vector<std::string> listed = answers_.names(folder);
        std::set<std::string> names(listed.begin(), listed.end());
        const auto& files = answers_.readings().files;
        const std::string prefix = folder + "/";
        for (auto at = files.lower_bound(prefix); at != files.end() && at->first.starts_with(prefix);) {
            const std::string name =
                at->first.substr(prefix.size(), at->first.find('/', prefix.size()) - prefix.size());
            names.insert(name);
            at = files.lower_bound(prefix + name + "0");  // '0' is the character after '/'
        }
        return names;
    }

    std::string wanted(const std::string& hca, const std::string& path, const Topic& topic) {
        const auto text = answers_.file(path);
        if (!text) miss(hca, topic, answers_.why_no_file(path).text);
        return text.value_or("");
    }

    void miss(const std::string& hca, const Topic& topic, const std::string& because) {
        Missing& missing = missing_[topic.key];
        missing.subject = topic.subject;
        if (missing.hcas.empty()) missing.because = because;
        if (missing.hcas.empty() || missing.hcas.back() != hca) missing.hcas.push_back(hca);
    }

    Hca hca_of(const std::string& name) {
        const std::string folder = fmt::format("{}/{}", hca_folder, name);
        Hca hca;
        hca.name = name;
        hca.pci_address = pci_address(name, folder);
        hca.model = answers_.file(folder + "/hca_type").value_or("");
        hca.firmware_version = answers_.file(folder + "/fw_ver").value_or("");
        hca.board_id = answers_.file(folder + "/board_id").value_or("");
        hca.node_guid = wanted(name, folder + "/node_guid", {"hcas.node_guid", "node GUID of HCAs"});
        hca.system_image_guid = answers_.file(folder + "/sys_image_guid").value_or("");
        hca.driver = last_part(answers_.link(folder + "/device/driver").value_or(""));
        const auto node = number_of<int>(answers_.file(folder + "/device/numa_node").value_or(""));
        if (node && *node >= 0) hca.numa_node = node;
        for (const std::string& port : below(folder + "/ports")) {
            const auto number = number_of<int>(port);
            if (!number || *number < 1 || hca.ports.size() >= max_hca_ports) continue;
            hca.ports.push_back(port_of(name, folder, *number));
        }
        if (hca.ports.empty()) miss(name, {"hcas.ports", "ports of HCAs"}, folder + "/ports shows none");
        std::sort(hca.ports.begin(), hca.ports.end(),
                  [](const HcaPort& a, const HcaPort& b) { return a.number < b.number; });
        return hca;
    }

    /// Empty for a device without one, such as soft RoCE.
    std::string pci_address(const std::string& name, const std::string& folder) {
        const auto place = answers_.link(folder);
        const std::vector<std::string> chain = pci_chain(place.value_or("")).addresses;
        if (!chain.empty()) return chain.back();
        const std::string device = last_part(answers_.link(folder + "/device").value_or(""));
        if (is_pci_address(device)) return device;
        if (!place)
            miss(name, {"hcas.pci_address", "PCI address of HCAs"}, "\"" + folder + "\" was not read as a link");
        return "";
    }

    HcaPort port_of(const std::string& hca, const std::string& folder, int number) {
        const std::string base = fmt::format("{}/ports/{}", folder, number);
        HcaPort port;
        port.number = number;
        port.state = port_state_of(word_of(wanted(hca, base + "/state", {"hcas.port_state", "port state of HCAs"})));
        port.physical_state = word_of(answers_.file(base + "/phys_state").value_or(""));
        port.link_layer = link_layer_of(wanted(hca, base + "/link_layer", {"hcas.link_layer", "link layer of HCAs"}));
        port.rate_text = wanted(hca, base + "/rate", {"hcas.rate", "port rate of HCAs"});
        port.rate_gbps = rate_of(port.rate_text);
        port.lid = hex_number(wanted(hca, base + "/lid", {"hcas.lid", "LID of HCAs"}));
        port.sm_lid = hex_number(answers_.file(base + "/sm_lid").value_or(""));
        wanted(hca, base + "/gids/0", {"hcas.gids", "GIDs of HCAs"});
        wanted(hca, base + "/pkeys/0", {"hcas.pkeys", "P_Keys of HCAs"});
        add_gids(base, port);
        for (const auto& [index, pkey] : table(base + "/pkeys")) port.pkeys.push_back(pkey);
        for (const std::string_view counter : hca_port_counters) {
            const auto count =
                number_of<std::uint64_t>(answers_.file(fmt::format("{}/{}", base, counter)).value_or(""));
            if (count.value_or(0) > 0) port.counters[last_part(std::string(counter))] = *count;
        }
        port.netdev = netdev_of(folder, port);
        return port;
    }

    /// The set entries of gids/ or pkeys/ by their index.
    std::map<int, std::string> table(const std::string& folder) const {
        std::map<int, std::string> entries;
        for (const std::string& name : below(folder)) {
            const auto index = number_of<int>(name);
            const auto text = answers_.file(folder + "/" + name);
            if (index && *index >= 0 && text && !is_unset_table_entry(*text)) entries[*index] = *text;
        }
        return entries;
    }

    void add_gids(const std::string& base, HcaPort& port) const {
        for (const auto& [index, gid] : table(base + "/gids")) {
            port.gids.push_back({index, gid,
                                 answers_.file(fmt::format("{}/gid_attrs/types/{}", base, index)).value_or(""),
                                 answers_.file(fmt::format("{}/gid_attrs/ndevs/{}", base, index)).value_or("")});
        }
    }

    /// By the first address where it names one (RoCE, bonds too), else by the number of the port (IPoIB).
    std::string netdev_of(const std::string& folder, const HcaPort& port) const {
        if (!port.gids.empty() && !port.gids.front().netdev.empty()) return port.gids.front().netdev;
        for (const std::string& netdev : below(folder + "/device/net")) {
            const auto dev_port =
                number_of<int>(answers_.file(folder + "/device/net/" + netdev + "/dev_port").value_or(""));
            if (dev_port == port.number - 1) return netdev;
        }
        return "";
    }

    void interpret_usability() {
        std::map<std::string, std::string> device_of;  // "mlx5_0" -> "/dev/infiniband/uverbs0"
        for (const std::string& name : below(uverbs_folder)) {
            const std::string hca = answers_.file(fmt::format("{}/{}/ibdev", uverbs_folder, name)).value_or("");
            device_of[hca] = "/dev/infiniband/" + name;
        }
        const bool is_known = answers_.readings().listings.contains(uverbs_folder);
        std::vector<std::string> unknown, refused;
        for (Hca& hca : answers_.machine().hcas) {
            const auto device = device_of.find(hca.name);
            const std::string call = device == device_of.end() ? "" : "open(" + device->second + ")";
            if (answers_.call(call)) {
                hca.is_usable = true;
            } else if (answers_.readings().calls.contains(call)) {
                hca.is_usable = false;
                hca.unusable_because =
                    fmt::format("{}: {}", device->second, answers_.readings().calls.at(call).because);
            } else if (is_known && call.empty()) {
                hca.is_usable = false;
                hca.unusable_because =
                    fmt::format("{} has no entry for it: is the module ib_uverbs loaded?", uverbs_folder);
            } else {
                unknown.push_back(hca.name);
            }
            if (hca.is_usable == false) refused.push_back(hca.name);
        }
        if (!unknown.empty()) {
            answers_.gap({"hcas.use", "use of HCAs"},
                         fmt::format("whether {} can be opened was not tried", few_of(unknown)),
                         "read on the host itself");
        }
        if (!refused.empty()) {
            const auto& hcas = answers_.machine().hcas;
            const auto first =
                std::find_if(hcas.begin(), hcas.end(), [](const Hca& one) { return one.is_usable == false; });
            answers_.gap({"hcas.use", "use of HCAs"},
                         fmt::format("{}: visible but not usable: {}", few_of(refused), first->unusable_because),
                         "run the container with --device=/dev/infiniband, or as a user that may open it");
        }
    }

    HostAnswers& answers_;
    std::map<std::string, Missing> missing_;  ///< by key
};

}  // namespace

void interpret_hcas(HostAnswers& answers) {
    if (const auto& calls = answers.readings().calls; calls.contains("hcas()")) {
        answers.gap({"hcas", "HCAs"}, reason_of(calls.at("hcas()")), "the driver of an HCA hangs: dmesg");
    }
    HcaReader(answers).interpret();
}

}  // namespace r1cluster::detail
