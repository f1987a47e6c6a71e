// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace r1cluster::detail {

/// Valid UTF-8, as JSON wants it: what is not, and control bytes but line ends and tabs, becomes '?'. A lone carriage
/// return, by which progress bars begin anew, becomes a line end.
std::string log_text(std::string_view text);

/// The log of one process: everything that it prints, in a file that is rotated by size (name.log, name.log.1, ...),
/// and what of it is worth knowing at once. When the file cannot be written the process is not held up: what was
/// dropped is counted and said as soon as writing works again.
class LogFile {
public:
    LogFile(std::string path, std::uint64_t file_bytes, int files);
    ~LogFile();
    LogFile(const LogFile&) = delete;
    LogFile& operator=(const LogFile&) = delete;

    void append(std::string_view bytes);
    /// The process has ended: what it wrote last is a line, also without a line end.
    void finish();
    /// Called with each whole line, without its end, control bytes replaced, at most 1000 bytes of valid UTF-8.
    std::function<void(const std::string&)> on_line;

    const std::string& last_line() const { return last_line_; }
    /// The last line that speaks of an error; the last line where none does.
    const std::string& telling_line() const { return error_line_.empty() ? last_line_ : error_line_; }

private:
    void write(std::string_view bytes);
    void rotate();
    void end_line();

    std::string path_;
    std::uint64_t file_bytes_;
    int files_;
    int descriptor_ = -1;
    std::uint64_t written_bytes_ = 0;
    std::uint64_t dropped_bytes_ = 0;
    std::string line_, last_line_, error_line_;
};

}  // namespace r1cluster::detail
