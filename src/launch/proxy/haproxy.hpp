// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "r1cluster/knowledge/engine_rows.hpp"
#include "r1cluster/spec/deployment_spec.hpp"

namespace r1cluster::detail {

/// What HAProxy knows by its environment, since only the host knows it.
inline constexpr const char* proxy_key_variable = "R1CLUSTER_API_KEY";
inline constexpr const char* proxy_folder_variable = "R1CLUSTER_PROXY_FOLDER";
/// In that folder: certificate, chain and key.
inline constexpr const char* proxy_certificate = "certificate.pem";

/// All that the configuration follows from.
struct ProxyRequest {
    const ServeSpec& serve;  ///< its `proxy` is set
    int engine_port = 0;     ///< at 127.0.0.1
    const knowledge::EngineKnowledge& engine;
    std::optional<Version> engine_version;  ///< unset: unknown
};

struct ProxyConfig {
    std::string text;                  ///< of HAProxy's configuration file; holds no secret
    std::vector<std::string> because;  ///< what it allows and why, for people
};

/// A configuration that lets through what asks for an allowed path by an allowed method and with the key. The path is
/// compared byte by byte with a list in which nothing is encoded, so that no way of writing another path can pass.
ProxyConfig haproxy_config(const ProxyRequest& request);

}  // namespace r1cluster::detail
