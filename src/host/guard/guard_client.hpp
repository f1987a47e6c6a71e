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

/// A guard that lives, but cannot be talked to: it does not answer in time, answers nonsense, or speaks no protocol of
/// this build.
class GuardUnusable : public Error {
public:
    using Error::Error;
};

/// Talks to guards on this host, through connections that stay open: a guard takes the end of the connection that said
/// "begin" for the end of the controller.
class GuardClient {
public:
    explicit GuardClient(boost::asio::io_context& context);
    ~GuardClient();

    /// One verb, one HostStatus; nullopt when there is no guard, or it ends meanwhile. Throws
    /// GuardUnusable, and the Error that the guard refuses the verb with.
    boost::asio::awaitable<std::optional<HostStatus>> ask(JobFolder folder, protocol::GuardVerb verb,
                                                          std::string generation = {});

private:
    struct Connection;
    boost::asio::awaitable<std::shared_ptr<Connection>> connect(std::string path);

    boost::asio::io_context& context_;
    std::map<std::string, std::shared_ptr<Connection>> connections_;
};

}  // namespace r1cluster::detail
