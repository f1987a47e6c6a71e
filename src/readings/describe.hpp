// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The fields of this room's values, for JSON and for the Python bindings.

#include "base/reflect_json.hpp"
#include "r1cluster/readings/import.hpp"
#include "r1cluster/readings/readings.hpp"
#include "r1cluster/readings/recording.hpp"

namespace r1cluster {

BOOST_DESCRIBE_ENUM(ReasonCode, not_asked, not_found, no_permission, not_supported, invalid_argument, no_function,
                    no_library, driver_not_loaded, driver_mismatch, gpu_lost)
BOOST_DESCRIBE_STRUCT(Answer, (), (text, because, code))
template <>
inline constexpr std::string_view detail::later_field<Answer> = "code";
BOOST_DESCRIBE_STRUCT(Readings, (),
                      (host, reader, taken_at, unreachable_because, files, links, listings, calls, documents))
BOOST_DESCRIBE_STRUCT(PathProbe, (),
                      (from_host, to_host, from_address, to_address, to_port, is_connected, round_trip_us, because))
BOOST_DESCRIBE_STRUCT(ShardText, (), (name, size_bytes, declared_header_bytes, header))
BOOST_DESCRIBE_STRUCT(CheckpointText, (), (path, config, index, shards))
BOOST_DESCRIBE_STRUCT(Recording, (), (hosts, probes, checkpoint))
BOOST_DESCRIBE_STRUCT(ImportedFiles, (), (files, links))
BOOST_DESCRIBE_STRUCT(Scrubbed, (), (recording, replaced))

}  // namespace r1cluster
