// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <future>
#include <memory>
#include <set>
#include <sstream>

#include "host/os/files.hpp"
#include "host/read/sources.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::size_t max_interfaces = 512;
constexpr std::size_t max_names = 4096;
constexpr std::size_t names_at_once = 32;

/// Address bytes of an IPv4 or IPv6 socket address; empty for another family.
std::string_view bytes_of(const sockaddr* address) {
    if (address && address->sa_family == AF_INET) {
        return {reinterpret_cast<const char*>(&reinterpret_cast<const sockaddr_in*>(address)->sin_addr), 4};
    }
    if (address && address->sa_family == AF_INET6) {
        return {reinterpret_cast<const char*>(&reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr), 16};
    }
    return {};
}

std::string address_text(const sockaddr* address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(address->sa_family, bytes_of(address).data(), text.data(), text.size());
    return text.data();
}

void read_addresses(Readings& readings) {
    readings.calls["getifaddrs()"] = answer([] {
        ifaddrs* first = nullptr;
        if (getifaddrs(&first) != 0) throw errno_error("", errno);
        const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(first, freeifaddrs);
        std::vector<calls::InterfaceAddress> addresses;
        for (const ifaddrs* entry = first; entry; entry = entry->ifa_next) {
            if (bytes_of(entry->ifa_addr).empty()) continue;
            int prefix_length = 0;
            for (const char byte : bytes_of(entry->ifa_netmask)) {
                prefix_length += std::popcount(static_cast<unsigned char>(byte));
            }
            addresses.push_back({entry->ifa_name, address_text(entry->ifa_addr), prefix_length});
        }
        return calls::to_text(addresses);
    });
}

Answer resolved(const std::string& name) {
    return answer([&] {
        addrinfo hints{};
        hints.ai_socktype = SOCK_STREAM;
        addrinfo* first = nullptr;
        const int error = getaddrinfo(name.c_str(), nullptr, &hints, &first);
        if (error != 0) {
            throw Error(ErrorKind::unavailable, name, error == EAI_SYSTEM ? errno_text(errno) : gai_strerror(error));
        }
        const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(first, freeaddrinfo);
        std::vector<std::string> addresses;
        for (const addrinfo* entry = first; entry; entry = entry->ai_next) {
            if (bytes_of(entry->ai_addr).empty()) continue;
            const std::string text = address_text(entry->ai_addr);
            if (std::find(addresses.begin(), addresses.end(), text) == addresses.end()) addresses.push_back(text);
        }
        return calls::to_text(addresses);
    });
}

}  // namespace

void read_interfaces(const HostTree& tree) {
    const std::string base = "/sys/class/net";
    std::size_t count = 0;
    for (const std::string& name : tree.names(base)) {
        if (name == "bonding_masters" || ++count > max_interfaces) continue;  // a file; and hosts of many containers
        const std::string folder = base + "/" + name;
        tree.link(folder);
        // It has "device", "bonding", "bridge" where the interface is one, and "lower_eth0" for what it is made of.
        const std::vector<std::string> parts = tree.names(folder);
        const auto has = [&](const char* part) { return std::find(parts.begin(), parts.end(), part) != parts.end(); };
        for (const char* file :
             {"/operstate", "/carrier", "/mtu", "/speed", "/address", "/type", "/flags", "/uevent"}) {
            tree.file(folder + file);
        }
        if (has("master")) tree.link(folder + "/master");
        if (has("bonding")) tree.file(folder + "/bonding/slaves");
        if (!has("device")) continue;
        tree.link(folder + "/device");
        tree.link_if_there(folder + "/device/driver");
        tree.file(folder + "/device/numa_node");
    }
    read_addresses(tree.readings());
}

void read_names(const std::vector<std::string>& names, Readings& readings) {
    // A name server that does not answer takes its time for each name, so several are asked at once.
    const std::set<std::string> distinct(names.begin(), names.end());
    std::vector<std::string> all(distinct.begin(), distinct.end());
    if (all.size() > max_names) all.resize(max_names);
    for (std::size_t begin = 0; begin < all.size(); begin += names_at_once) {
        std::vector<std::pair<std::string, std::future<Answer>>> pending;
        for (std::size_t i = begin; i < std::min(all.size(), begin + names_at_once); ++i) {
            pending.emplace_back(all[i], std::async(std::launch::async, [name = all[i]] { return resolved(name); }));
        }
        for (auto& [name, future] : pending) readings.calls["getaddrinfo(" + name + ")"] = future.get();
    }
}

}  // namespace r1cluster::detail
