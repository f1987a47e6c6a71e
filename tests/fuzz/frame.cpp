// SPDX-License-Identifier: Apache-2.0
// Input: one byte that says how the rest is cut into pieces, then the stream.
#include "host/agent/frame.hpp"

#include <algorithm>
#include <vector>

#include "fuzz/targets.hpp"

namespace r1cluster::fuzz {
namespace {

struct Cut {
    std::vector<std::string> frames;
    std::size_t pending_bytes = 0;
    bool is_refused = false;
    bool operator==(const Cut&) const = default;
};

Cut cut(std::string_view stream, std::size_t piece_bytes) {
    detail::FrameReader reader;
    Cut result;
    while (!stream.empty()) {
        const std::size_t size = std::min(piece_bytes, stream.size());
        reader.append(stream.substr(0, size));
        stream.remove_prefix(size);
        while (auto frame = accepted([&] { return reader.next_frame(); })) {
            if (!*frame) break;
            result.frames.push_back(std::move(**frame));
        }
        // A refused length stays in front, so the reader says the same until it is thrown away.
        result.is_refused = !accepted([&] { return reader.next_frame(); });
        if (result.is_refused) return result;
    }
    result.pending_bytes = reader.pending_bytes();
    return result;
}

}  // namespace

void frame(std::string_view bytes) {
    if (bytes.empty()) return;
    const std::size_t piece_bytes = 1 + static_cast<unsigned char>(bytes.front());
    const std::string_view stream = bytes.substr(1);
    const Cut whole = cut(stream, std::max<std::size_t>(stream.size(), 1));
    expect(cut(stream, piece_bytes) == whole, "frames do not depend on how the stream arrives");
    expect(cut(stream, 1) == whole, "nor when it comes byte by byte");
    std::string again;
    for (const std::string& body : whole.frames) again += detail::to_frame(body);
    expect(stream.starts_with(again), "frames are the stream's own bytes");
    expect(whole.is_refused || again.size() + whole.pending_bytes == stream.size(), "no byte is lost");

    detail::FrameReader reader;
    reader.append(stream);
    std::size_t line_bytes = 0;
    while (const auto line = reader.next_line()) {
        expect(line->find('\n') == std::string::npos, "a line has no line end");
        line_bytes += line->size() + 1;
        expect(line_bytes <= stream.size(), "lines are not longer than the stream");
    }
}

}  // namespace r1cluster::fuzz
