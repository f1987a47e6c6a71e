// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "host/guard/job_folder.hpp"
#include "host/guard/protocol.hpp"

namespace r1cluster::detail {

/// Talks to guards on this host, through connections that stay open: a guard takes the end of the connection that said
/// "begin" for the end of the controller.
class GuardClient {
public:
    explicit GuardClient(boost::asio::io_context& context);
    ~GuardClient();

    /// One verb, one HostStatus; nullopt when there is no guard, or it ends meanwhile. Throws Error for a guard whose
    /// build speaks no protocol of ours, and for an answer that cannot be.
    boost::asio::awaitable<std::optional<HostStatus>> ask(JobFolder folder, protocol::GuardVerb verb);

private:
    struct Connection;
    boost::asio::awaitable<std::shared_ptr<Connection>> connect(std::string path);

    boost::asio::io_context& context_;
    std::map<std::string, std::shared_ptr<Connection>> connections_;
};

}  // namespace r1cluster::detail
