// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/readable_pipe.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/writable_pipe.hpp>
#include <memory>
#include <string>
#include <vector>

#include "host/guard/runtime.hpp"

namespace r1cluster::detail {

/// A container of Docker or Podman that was started. Its first process is watched by pidfd, like a child; its output
/// is what `logs --follow` prints, which is started again where that client dies.
class ContainerProcess : public RunningProcess {
public:
    /// Looks at the container `name`, which runs or has just ended. Throws Error where the runtime does not answer.
    static boost::asio::awaitable<std::unique_ptr<ContainerProcess>> attach(boost::asio::io_context& context,
                                                                            std::string program, std::string name);
    ~ContainerProcess() override;

    int pid() const override;
    boost::asio::readable_pipe& output() override;
    bool takes_others_along() const override;
    boost::asio::awaitable<std::optional<int>> wait(std::function<void()> on_end) override;
    void terminate() override;
    void drain() override;

    /// What the runtime's own coroutines share with the object, which may go before they have ended.
    struct State;

private:
    explicit ContainerProcess(std::shared_ptr<State> state) : state_(std::move(state)) {}
    std::shared_ptr<State> state_;
};

}  // namespace r1cluster::detail
