// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/host/guard/agent_main.hpp"

#include <cstdio>
#include <exception>
#include <string_view>

#include "host/agent/agent.hpp"
#include "host/agent/agent_binary.hpp"
#include "host/agent/images.hpp"
#include "host/guard/guard.hpp"
#include "host/guard/job_handlers.hpp"

namespace r1cluster {
namespace {

int run_as_agent() {
    boost::asio::io_context context;
    detail::Handlers handlers;
    detail::add_read_handlers(context, handlers);
    detail::add_image_handlers(context, handlers);
    detail::add_job_handlers(context, handlers);
    return detail::run_agent(context, handlers);
}

}  // namespace

std::optional<int> agent_main(int argc, const char* const* argv) {
    const std::string_view first = argc > 1 ? argv[1] : "";
    try {
        if (first == "agent" && argc == 2) return run_as_agent();
        if (first == "read-engine" && argc == 4) return detail::print_engine_environment(argv[2], argv[3]);
        if (first == "guard" && argc == 3) return detail::run_guard(argv[2]);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "r1cluster: %s (a defect in r1cluster; please report it)\n", error.what());
        return 3;
    }
    detail::is_own_agent = true;
    return std::nullopt;
}

}  // namespace r1cluster
