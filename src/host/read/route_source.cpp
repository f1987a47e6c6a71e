// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <fmt/format.h>
#include <net/if.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "host/os/files.hpp"
#include "host/read/netlink_dump.hpp"
#include "host/read/sources.hpp"

namespace r1cluster::detail {
namespace {

struct Address {
    int family = AF_UNSPEC;
    std::array<unsigned char, 16> bytes{};
    std::size_t size() const { return family == AF_INET ? 4 : 16; }
};

std::optional<Address> parse_address(const std::string& text) {
    for (const int family : {AF_INET, AF_INET6}) {
        Address address{family, {}};
        if (inet_pton(family, text.c_str(), address.bytes.data()) == 1) return address;
    }
    return std::nullopt;
}

void send_request(int descriptor, const Address& destination) {
    struct {
        nlmsghdr header;
        rtmsg route;
        std::array<char, RTA_SPACE(16)> attribute;
    } request{};
    auto* attribute = reinterpret_cast<rtattr*>(request.attribute.data());
    attribute->rta_type = RTA_DST;
    attribute->rta_len = static_cast<unsigned short>(RTA_LENGTH(destination.size()));
    std::memcpy(RTA_DATA(attribute), destination.bytes.data(), destination.size());
    request.header.nlmsg_len = static_cast<std::uint32_t>(NLMSG_LENGTH(sizeof(rtmsg)) + RTA_ALIGN(attribute->rta_len));
    request.header.nlmsg_type = RTM_GETROUTE;
    request.header.nlmsg_flags = NLM_F_REQUEST;
    request.route.rtm_family = static_cast<unsigned char>(destination.family);
    request.route.rtm_dst_len = static_cast<unsigned char>(destination.size() * 8);
    if (send(descriptor, &request, request.header.nlmsg_len, 0) < 0) fail_with(errno);
}

calls::Route route_of(std::string_view attributes, const Address& destination) {
    calls::Route result;
    each_attribute(attributes, [&](int type, std::string_view payload) {
        if (type == RTA_OIF) {
            std::array<char, IF_NAMESIZE> name{};
            const auto index = number_in<unsigned>(payload);
            if (index && if_indextoname(*index, name.data())) result.interface = name.data();
        } else if ((type == RTA_PREFSRC || type == RTA_GATEWAY) && payload.size() >= destination.size()) {
            std::array<char, INET6_ADDRSTRLEN> text{};
            inet_ntop(destination.family, payload.data(), text.data(), text.size());
            (type == RTA_GATEWAY ? result.gateway : result.source) = text.data();
        }
    });
    return result;
}

calls::Route ask_route(const Address& destination) {
    const NetlinkSocket socket;
    send_request(socket.descriptor(), destination);
    alignas(nlmsghdr) std::array<char, 16384> reply{};
    const ssize_t length = recv(socket.descriptor(), reply.data(), reply.size(), 0);
    if (length < 0) fail_with(errno);
    const auto* message = reinterpret_cast<const nlmsghdr*>(reply.data());
    if (!NLMSG_OK(message, static_cast<std::size_t>(length))) fail_with(EPROTO);
    check_no_error(*message);
    rtmsg header{};
    const auto attributes = attributes_of(*message, header);
    if (message->nlmsg_type != RTM_NEWROUTE || !attributes) fail_with(EPROTO);
    return route_of(*attributes, destination);
}

/// The addresses that "getaddrinfo(name)" found.
std::vector<std::string> addresses_of(const std::string& name, Readings& readings) {
    const std::string call = "getaddrinfo(" + name + ")";
    if (!readings.calls.contains(call)) read_names({name}, readings);
    const Answer& found = readings.calls[call];
    return found.text ? calls::parse<std::vector<std::string>>(*found.text, call) : std::vector<std::string>{};
}

}  // namespace

void read_routes(const std::vector<std::string>& peers, Readings& readings) {
    std::vector<std::string> names;
    for (const std::string& peer : peers) {
        if (!parse_address(peer) && !readings.calls.contains("getaddrinfo(" + peer + ")")) names.push_back(peer);
    }
    read_names(names, readings);
    for (const std::string& peer : peers) {
        const bool is_address = parse_address(peer).has_value();
        for (const std::string& address : is_address ? std::vector{peer} : addresses_of(peer, readings)) {
            const auto destination = parse_address(address);
            if (!destination) continue;
            readings.calls["route(" + address + ")"] = answer([&] { return calls::to_text(ask_route(*destination)); });
        }
    }
}

}  // namespace r1cluster::detail
