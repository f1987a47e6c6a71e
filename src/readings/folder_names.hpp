// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace r1cluster::detail {

/// One path component as a file name that every file system takes: letters, digits and ". _ - + , = @ ~"
/// stay, other bytes become %XX; "." and ".." become "%2E" and "%2E%2E", an empty component "%". The
/// encoding is one to one.
std::string encode_component(std::string_view component);

/// The reverse. nullopt for anything that encode_component does not write, so that no two names mean the
/// same, and none leads out of its folder.
std::optional<std::string> decode_component(std::string_view name);

/// An absolute path, component by component: "/proc/meminfo" -> "proc/meminfo". nullopt where the path is
/// not absolute or a name would be longer than file systems take (255 bytes).
std::optional<std::string> encode_path(std::string_view path);
std::optional<std::string> decode_path(std::string_view name);

/// The folder of one host: its name, encoded; names of the format's own entries are encoded too.
std::string encode_host(std::string_view host);

/// True for text that JSON can carry.
bool is_utf8(std::string_view text);

}  // namespace r1cluster::detail
