// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "r1cluster/report/report.hpp"

namespace r1cluster {

/// The log of one process, as text.
struct EngineLog {
    std::string host;
    std::string process;
    std::string text;
    bool operator==(const EngineLog&) const = default;
};

/// What the logs say went wrong, the likely first cause first. An unknown failure gives a finding that
/// quotes its last error line rather than nothing.
Report diagnose(const std::vector<EngineLog>& logs);

/// Which transports NCCL said it uses, and how often: "P2P/CUMEM", "SHM/direct/direct", "NET/Socket",
/// "NET/IB/GDRDMA". Empty when the logs hold no NCCL channel lines (NCCL_DEBUG=INFO shows them).
struct TransportUse {
    std::string transport;
    int channels = 0;
    bool operator==(const TransportUse&) const = default;
};

std::vector<TransportUse> find_transports(const std::vector<EngineLog>& logs);

}  // namespace r1cluster
