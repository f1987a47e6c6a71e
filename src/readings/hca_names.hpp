// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Where Linux shows verbs devices, and the counters of a port that are worth keeping. Shared by who reads them and
/// who interprets them.

#include <string_view>

namespace r1cluster::detail {

constexpr auto hca_folder = "/sys/class/infiniband";
constexpr auto uverbs_folder = "/sys/class/infiniband_verbs";
constexpr std::size_t max_hcas = 256;
constexpr int max_hca_ports = 16;

/// Below ports/N: errors and congestion. They count up for ever, so that only a difference between two readings
/// judges a link.
constexpr std::string_view hca_port_counters[] = {"counters/symbol_error",        "counters/link_downed",
                                                  "counters/link_error_recovery", "counters/port_rcv_errors",
                                                  "counters/port_xmit_wait",      "hw_counters/out_of_sequence",
                                                  "hw_counters/packet_seq_err",   "hw_counters/local_ack_timeout_err",
                                                  "hw_counters/roce_adp_retrans", "hw_counters/rnr_nak_retry_err"};

/// An index of a GID or P_Key table that holds nothing.
inline bool is_unset_table_entry(std::string_view text) { return text.find_first_not_of("0:x\n") == text.npos; }

}  // namespace r1cluster::detail
