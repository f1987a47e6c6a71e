// SPDX-License-Identifier: Apache-2.0
#include "host/agent/frame.hpp"

#include <fmt/format.h>

#include "r1cluster/base/error.hpp"

namespace r1cluster::detail {

std::string to_frame(std::string_view body) {
    std::string frame;
    frame.reserve(body.size() + 4);
    for (int shift = 0; shift < 32; shift += 8) frame += static_cast<char>((body.size() >> shift) & 0xff);
    frame += body;
    return frame;
}

void FrameReader::consume(std::size_t bytes) {
    start_ += bytes;
    if (start_ == buffer_.size() || start_ > (1u << 20)) {
        buffer_.erase(0, start_);
        start_ = 0;
    }
}

std::optional<std::string> FrameReader::next_line() {
    const std::size_t end = buffer_.find('\n', start_);
    if (end == std::string::npos) return std::nullopt;
    std::string line = buffer_.substr(start_, end - start_);
    consume(line.size() + 1);
    if (line.ends_with('\r')) line.pop_back();
    return line;
}

std::optional<std::string> FrameReader::next_frame() {
    if (pending_bytes() < 4) return std::nullopt;
    std::size_t length = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        length |= static_cast<std::size_t>(static_cast<unsigned char>(buffer_[start_ + i])) << (8 * i);
    }
    if (length > max_frame_bytes) {
        throw Error(
            ErrorKind::invalid_input, "frame",
            fmt::format("reading a frame: its length {} is above the bound of {} bytes", length, max_frame_bytes));
    }
    if (pending_bytes() < 4 + length) return std::nullopt;
    std::string body = buffer_.substr(start_ + 4, length);
    consume(4 + length);
    return body;
}

}  // namespace r1cluster::detail
