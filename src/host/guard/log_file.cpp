// SPDX-License-Identifier: Apache-2.0
#include "host/guard/log_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace r1cluster::detail {
namespace {

constexpr std::size_t line_kept_bytes = 1000;

bool speaks_of_error(const std::string& line) {
    for (const char* word : {"Error", "ERROR", "error:", "Exception", "CRITICAL", "FATAL", "Killed", "No such file"}) {
        if (line.find(word) != std::string::npos) return true;
    }
    return false;
}

/// Length that the first byte of a character promises; 0: it begins none.
std::size_t character_bytes(unsigned char first) {
    if (first < 0x80) return 1;
    if (first >= 0xc2 && first < 0xe0) return 2;
    if (first >= 0xe0 && first < 0xf0) return 3;
    return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

/// The rules of RFC 3629, section 4: no overlong form, no surrogate, nothing above U+10FFFF.
bool is_character(std::string_view bytes) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    for (std::size_t i = 1; i < bytes.size(); ++i) {
        if ((byte(i) >> 6) != 2) return false;
    }
    if (byte(0) == 0xe0) return byte(1) >= 0xa0;
    if (byte(0) == 0xed) return byte(1) < 0xa0;
    if (byte(0) == 0xf0) return byte(1) >= 0x90;
    if (byte(0) == 0xf4) return byte(1) < 0x90;
    return true;
}

}  // namespace

std::string log_text(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const std::size_t length = character_bytes(byte);
        const bool is_whole = length > 0 && i + length <= text.size() && is_character(text.substr(i, length));
        if (is_whole && (byte >= 0x20 || byte == '\n' || byte == '\t')) {
            out.append(text, i, length);
            i += length;
            continue;
        }
        const bool is_before_line_end = byte == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
        if (!is_before_line_end) out += byte == '\r' ? '\n' : '?';
        ++i;
    }
    return out;
}

LogFile::LogFile(std::string path, std::uint64_t file_bytes, int files)
    : path_(std::move(path)), file_bytes_(file_bytes), files_(files) {
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
}

LogFile::~LogFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

void LogFile::append(std::string_view bytes) {
    if (dropped_bytes_ > 0) {
        const std::string note =
            fmt::format("[r1cluster: {} bytes of this log were dropped, the disk was full]\n", dropped_bytes_);
        if (descriptor_ >= 0 && ::write(descriptor_, note.data(), note.size()) == static_cast<ssize_t>(note.size()))
            dropped_bytes_ = 0;
    }
    write(bytes);
    for (const char c : bytes) {
        if (c == '\n' || c == '\r') {
            end_line();
        } else if (line_.size() < line_kept_bytes) {
            line_ += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
        }
    }
}

void LogFile::finish() {
    if (!line_.empty()) end_line();
}

void LogFile::end_line() {
    // An engine may print anything, and a long line is cut wherever it is; but its last words travel as JSON.
    line_ = log_text(line_);
    if (line_.find_first_not_of(' ') != std::string::npos) {
        last_line_ = line_;
        if (speaks_of_error(line_)) error_line_ = line_;
        if (on_line) on_line(line_);
    }
    line_.clear();
}

void LogFile::write(std::string_view bytes) {
    if (written_bytes_ + bytes.size() > file_bytes_ && written_bytes_ > 0) rotate();
    while (!bytes.empty()) {
        const ssize_t size = descriptor_ < 0 ? -1 : ::write(descriptor_, bytes.data(), bytes.size());
        if (size <= 0) {
            dropped_bytes_ += bytes.size();
            return;
        }
        written_bytes_ += static_cast<std::uint64_t>(size);
        bytes.remove_prefix(static_cast<std::size_t>(size));
    }
}

void LogFile::rotate() {
    if (descriptor_ >= 0) ::close(descriptor_);
    for (int age = files_ - 1; age >= 1; --age) {
        const std::string younger = age == 1 ? path_ : fmt::format("{}.{}", path_, age - 1);
        std::rename(younger.c_str(), fmt::format("{}.{}", path_, age).c_str());
    }
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    written_bytes_ = 0;
}

}  // namespace r1cluster::detail
