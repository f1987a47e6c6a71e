// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "host/agent/protocol.hpp"
#include "host/deploy/start.hpp"
#include "spec/container.hpp"

namespace r1cluster::detail {
namespace {

constexpr double fetch_s = 3700;

}  // namespace

asio::awaitable<void> fetch_images(Agents& hosts) {
    const ContainerSpec& container = *hosts.spec().container;
    hosts.report("image", fmt::format("looking for {} on each host", container.image));
    std::function<protocol::FetchImage(const HostSpec&)> request = [&](const HostSpec& host) {
        return protocol::FetchImage{container_program(hosts.spec(), host), container.image, container.archive,
                                    container.pull == Pull::missing};
    };
    const auto replies = co_await hosts.call_all(request, fetch_s);
    int fetched = 0;
    for (const HostSpec& host : hosts.spec().hosts) {
        const auto& reply = replies.at(host.name);
        if (reply.error)
            throw Error(reply.error->kind(), host.name, fmt::format("{}: {}", host.name, reply.error->what()));
        fetched += reply.value && reply.value->is_new ? 1 : 0;
    }
    hosts.report("image", fetched > 0 ? fmt::format("brought to {} host{}", fetched, fetched == 1 ? "" : "s") : "there",
                 true);
}

}  // namespace r1cluster::detail
