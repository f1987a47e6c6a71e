// SPDX-License-Identifier: Apache-2.0
#include "host/read/netlink_dump.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "host/os/files.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::size_t buffer_bytes = 256 * 1024;  // the kernel fills at most 32 KiB at a time, and one long message

void request(int descriptor, std::uint16_t type, unsigned char family) {
    struct {
        nlmsghdr header;
        union {  // the longest header of the three; the kernel looks at the family alone
            ifinfomsg link;
            rtmsg route;
        };
    } message{};
    message.link.ifi_family = family;
    message.header.nlmsg_len = sizeof message;
    message.header.nlmsg_type = type;
    message.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    if (send(descriptor, &message, sizeof message, 0) < 0) fail_with(errno);
}

}  // namespace

void fail_with(int number) { throw Error(ErrorKind::system, "", errno_text(number)); }

NetlinkSocket::NetlinkSocket() : descriptor_(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)) {
    if (descriptor_ < 0) fail_with(errno);
    const timeval patience{2, 0};
    setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

NetlinkSocket::~NetlinkSocket() { close(descriptor_); }

void check_no_error(const nlmsghdr& message) {
    if (message.nlmsg_type != NLMSG_ERROR) return;
    nlmsgerr error{};
    attributes_of(message, error);
    fail_with(error.error == 0 ? EPROTO : -error.error);
}

void netlink_dump(std::uint16_t type, unsigned char family, const std::function<bool(const nlmsghdr&)>& visit) {
    const NetlinkSocket socket;
    request(socket.descriptor(), type, family);
    std::vector<char> buffer(buffer_bytes);
    while (true) {
        const ssize_t length = recv(socket.descriptor(), buffer.data(), buffer.size(), MSG_TRUNC);
        if (length < 0 && errno == EINTR) continue;
        if (length < 0) fail_with(errno);
        if (static_cast<std::size_t>(length) > buffer.size()) fail_with(EMSGSIZE);
        auto remaining = static_cast<std::size_t>(length);
        for (const auto* message = reinterpret_cast<const nlmsghdr*>(buffer.data()); NLMSG_OK(message, remaining);
             message = NLMSG_NEXT(message, remaining)) {
            if (message->nlmsg_type == NLMSG_DONE) return;
            check_no_error(*message);
            if (!visit(*message)) return;
        }
        if (length == 0) fail_with(EPROTO);
    }
}

}  // namespace r1cluster::detail
