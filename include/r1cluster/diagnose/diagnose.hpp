// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "r1cluster/knowledge/knowledge.hpp"
#include "r1cluster/report/report.hpp"

namespace r1cluster {

/// The log of one process, as text.
struct EngineLog {
    std::string host;     ///< name in the spec; empty: unknown
    std::string process;  ///< name in the launch plan; empty: unknown
    std::string text;     ///< lines as they were written
    bool operator==(const EngineLog&) const = default;
};

/// The causes of a failure according to the logs, the most likely first cause first. An unknown failure
/// gives a finding that quotes its last error line. The tables "signatures" say what a line means.
Report diagnose(const std::vector<EngineLog>& logs, const Knowledge& knowledge = Knowledge::embedded());

/// A transport that NCCL logged, with its number of channels: "P2P/CUMEM", "SHM/direct/direct", "NET/Socket",
/// "NET/IB/GDRDMA". NCCL logs channels with NCCL_DEBUG=INFO.
struct TransportUse {
    std::string transport;  ///< "P2P/CUMEM"
    int channels = 0;       ///< number of channels
    bool operator==(const TransportUse&) const = default;
};

std::vector<TransportUse> find_transports(const std::vector<EngineLog>& logs);

}  // namespace r1cluster
