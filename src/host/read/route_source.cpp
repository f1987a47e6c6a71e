// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "host/read/files.hpp"
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

[[noreturn]] void fail(int number) { throw Error(ErrorKind::system, "", errno_text(number)); }

class RouteSocket {
public:
    RouteSocket() : descriptor_(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)) {
        if (descriptor_ < 0) fail(errno);
        const timeval patience{2, 0};
        setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    }
    ~RouteSocket() { close(descriptor_); }
    RouteSocket(const RouteSocket&) = delete;
    RouteSocket& operator=(const RouteSocket&) = delete;

    calls::Route ask(const Address& destination) const {
        send_request(destination);
        alignas(nlmsghdr) std::array<char, 16384> reply{};
        const ssize_t length = recv(descriptor_, reply.data(), reply.size(), 0);
        if (length < 0) fail(errno);
        auto remaining = static_cast<std::size_t>(length);
        const auto* message = reinterpret_cast<const nlmsghdr*>(reply.data());
        if (!NLMSG_OK(message, remaining)) fail(EPROTO);
        if (message->nlmsg_type == NLMSG_ERROR) {
            if (message->nlmsg_len < NLMSG_LENGTH(sizeof(nlmsgerr))) fail(EPROTO);
            fail(-static_cast<const nlmsgerr*>(NLMSG_DATA(message))->error);
        }
        if (message->nlmsg_type != RTM_NEWROUTE || message->nlmsg_len < NLMSG_LENGTH(sizeof(rtmsg))) fail(EPROTO);
        return route_of(*message, destination);
    }

private:
    void send_request(const Address& destination) const {
        struct {
            nlmsghdr header;
            rtmsg route;
            std::array<char, RTA_SPACE(16)> attribute;
        } request{};
        auto* attribute = reinterpret_cast<rtattr*>(request.attribute.data());
        attribute->rta_type = RTA_DST;
        attribute->rta_len = static_cast<unsigned short>(RTA_LENGTH(destination.size()));
        std::memcpy(RTA_DATA(attribute), destination.bytes.data(), destination.size());
        request.header.nlmsg_len =
            static_cast<std::uint32_t>(NLMSG_LENGTH(sizeof(rtmsg)) + RTA_ALIGN(attribute->rta_len));
        request.header.nlmsg_type = RTM_GETROUTE;
        request.header.nlmsg_flags = NLM_F_REQUEST;
        request.route.rtm_family = static_cast<unsigned char>(destination.family);
        request.route.rtm_dst_len = static_cast<unsigned char>(destination.size() * 8);
        if (send(descriptor_, &request, request.header.nlmsg_len, 0) < 0) fail(errno);
    }

    static calls::Route route_of(const nlmsghdr& message, const Address& destination) {
        const auto* route = static_cast<const rtmsg*>(NLMSG_DATA(&message));
        auto remaining = static_cast<int>(RTM_PAYLOAD(&message));
        calls::Route result;
        for (const rtattr* at = RTM_RTA(route); RTA_OK(at, remaining); at = RTA_NEXT(at, remaining)) {
            const bool holds_address = RTA_PAYLOAD(at) >= destination.size();
            if (at->rta_type == RTA_OIF && RTA_PAYLOAD(at) >= sizeof(unsigned)) {
                unsigned index = 0;
                std::memcpy(&index, RTA_DATA(at), sizeof index);
                std::array<char, IF_NAMESIZE> name{};
                if (if_indextoname(index, name.data())) result.interface = name.data();
            } else if ((at->rta_type == RTA_PREFSRC || at->rta_type == RTA_GATEWAY) && holds_address) {
                std::array<char, INET6_ADDRSTRLEN> text{};
                inet_ntop(destination.family, RTA_DATA(at), text.data(), text.size());
                (at->rta_type == RTA_GATEWAY ? result.gateway : result.source) = text.data();
            }
        }
        return result;
    }

    int descriptor_;
};

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
            readings.calls["route(" + address + ")"] =
                answer([&] { return calls::to_text(RouteSocket().ask(*destination)); });
        }
    }
}

}  // namespace r1cluster::detail
