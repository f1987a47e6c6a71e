// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace r1cluster::detail {

/// What travels between controller and agent: four bytes of length, little-endian, then that many bytes of
/// JSON. The agent first writes the line `agent_greeting`; whatever a login shell prints before it is noise.
inline constexpr std::string_view agent_greeting = "R1CLUSTER-AGENT 1";
/// Shard headers of a whole checkpoint travel in one frame: R1's are 12 MB.
inline constexpr std::size_t max_frame_bytes = 256u << 20;
inline constexpr std::size_t max_noise_bytes = 64u << 10;

std::string to_frame(std::string_view body);

/// Cuts a stream of bytes, as it arrives, into lines (before the greeting) or frames.
class FrameReader {
public:
    void append(std::string_view bytes) { buffer_.append(bytes); }

    /// The next whole line without its end, or nullopt when more bytes are needed.
    std::optional<std::string> next_line();
    /// The body of the next whole frame, or nullopt when more bytes are needed. Throws Error (invalid_input)
    /// for a length above max_frame_bytes, before anything of that size is allocated.
    std::optional<std::string> next_frame();
    std::size_t pending_bytes() const { return buffer_.size() - start_; }

private:
    void consume(std::size_t bytes);
    std::string buffer_;
    std::size_t start_ = 0;
};

}  // namespace r1cluster::detail
