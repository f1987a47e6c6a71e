// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace r1cluster::detail {

/// Throws Error whose message is the system's word for `number`.
[[noreturn]] void fail_with(int number);

/// For routes, links and rules; waits at most two seconds for an answer.
class NetlinkSocket {
public:
    NetlinkSocket();
    ~NetlinkSocket();
    NetlinkSocket(const NetlinkSocket&) = delete;
    NetlinkSocket& operator=(const NetlinkSocket&) = delete;
    int descriptor() const { return descriptor_; }

private:
    int descriptor_;
};

/// Throws where a message is the kernel's refusal.
void check_no_error(const nlmsghdr& message);

/// Asks the kernel for one whole table (RTM_GETLINK, RTM_GETROUTE, RTM_GETRULE) of a family, and gives each message to
/// `visit` until it returns false. Throws Error whose message is the bare reason.
void netlink_dump(std::uint16_t type, unsigned char family, const std::function<bool(const nlmsghdr&)>& visit);

/// Calls `visit(type, payload)` for each attribute in `bytes`, which end where one does not fit.
template <class Visit>
void each_attribute(std::string_view bytes, Visit visit) {
    while (bytes.size() >= sizeof(rtattr)) {
        rtattr header{};
        std::memcpy(&header, bytes.data(), sizeof header);
        if (header.rta_len < sizeof header || header.rta_len > bytes.size()) return;
        // The upper bits of a type are flags (nested, network byte order).
        visit(header.rta_type & NLA_TYPE_MASK, bytes.substr(RTA_LENGTH(0), header.rta_len - RTA_LENGTH(0)));
        bytes.remove_prefix(std::min<std::size_t>(RTA_ALIGN(header.rta_len), bytes.size()));
    }
}

/// The attributes of a message behind its header of this type; nullopt where it is too short for one.
template <class Header>
std::optional<std::string_view> attributes_of(const nlmsghdr& message, Header& header) {
    if (message.nlmsg_len < NLMSG_LENGTH(sizeof header)) return std::nullopt;
    const auto* begin = reinterpret_cast<const char*>(&message);
    std::memcpy(&header, begin + NLMSG_HDRLEN, sizeof header);
    const std::size_t skipped = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof header);
    if (skipped > message.nlmsg_len) return std::string_view();
    return std::string_view(begin + skipped, message.nlmsg_len - skipped);
}

/// A number in host byte order; nullopt where the payload is shorter.
template <class Number>
std::optional<Number> number_in(std::string_view payload) {
    Number number{};
    if (payload.size() < sizeof number) return std::nullopt;
    std::memcpy(&number, payload.data(), sizeof number);
    return number;
}

}  // namespace r1cluster::detail
