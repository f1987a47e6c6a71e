// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace r1cluster::detail {

/// Each says what is wrong with the text and what would be right, or nothing. Names and addresses become file
/// names, arguments of ssh and words on remote command lines, so that a list of what is allowed is the safe way.
using Objection = std::optional<std::string>;

Objection object_to_name(std::string_view text);                              ///< of a host or a deployment
Objection object_to_address(std::string_view text);                           ///< IP address or DNS name
Objection object_to_destination(std::string_view text);                       ///< of ssh: "user@host", or an alias
Objection object_to_interface(std::string_view text);                         ///< of Linux: at most 15 characters
Objection object_to_variable(std::string_view name, std::string_view value);  ///< of an environment
Objection object_to_argument(std::string_view text);                          ///< of an engine's command line
Objection object_to_image(std::string_view text);  ///< of a container: "NAME", "NAME:TAG", "NAME@sha256:DIGEST"
Objection object_to_absolute_path(std::string_view text);
/// Path of a request that means the same to everybody who reads it: nothing is encoded, doubled or relative.
Objection object_to_request_path(std::string_view text);
Objection object_to_line(std::string_view text);  ///< UTF-8 without control characters

/// At most 80 bytes of a text for an error message, with '?' for what a terminal could take for a command.
std::string printable(std::string_view text);

/// A name by object_to_name from any text: other characters become '-'.
std::string safe_name(std::string_view text);

}  // namespace r1cluster::detail
