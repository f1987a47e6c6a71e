// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "r1cluster/base/error.hpp"
#include "r1cluster/readings/readings.hpp"

namespace r1cluster::detail {

constexpr std::size_t file_limit_bytes = 1 << 20;

/// The reason that the operating system gives, such as "Permission denied".
std::string errno_text(int number);

/// An Error with the code of its reason, which answer() keeps.
class CodedError : public Error {
public:
    CodedError(ErrorKind kind, std::string subject, const std::string& message, std::optional<ReasonCode> code)
        : Error(kind, std::move(subject), message), code_(code) {}
    std::optional<ReasonCode> code() const noexcept { return code_; }

private:
    std::optional<ReasonCode> code_;
};

/// What the operating system refused, by its errno.
CodedError errno_error(const std::string& subject, int number);

/// A regular file that is open for reading. Never waits: a FIFO, device or socket is refused.
class OpenFile {
public:
    /// Throws Error (not_found, system, invalid_input) whose message is the bare reason.
    explicit OpenFile(const std::string& path, bool follows_links = true);
    ~OpenFile();
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;

    std::uint64_t size_bytes() const { return size_bytes_; }
    /// Bytes from `offset`, fewer where the file ends.
    std::string read(std::uint64_t offset, std::size_t limit_bytes) const;
    /// All of it, whatever size the file system says (it says 0 in /proc).
    std::string read_all(std::size_t limit_bytes) const;

private:
    int descriptor_ = -1;
    std::uint64_t size_bytes_ = 0;
};

/// Text that JSON can carry: a byte that is not UTF-8 becomes "\xNN".
std::string printable(std::string text);

/// Content of a file that only its owner may read, without its line end. Throws Error.
std::string read_secret(const std::string& path);

/// The same as answers: the text, or the reason why there is none.
Answer file_answer(const std::string& path, std::size_t limit_bytes = file_limit_bytes);
Answer link_answer(const std::string& path);
/// Sorted names, one a line; at most 100,000.
Answer listing_answer(const std::string& path);

/// Calls `ask`, which returns a text, and turns an Error into its reason.
template <class Ask>
Answer answer(Ask ask) {
    try {
        return {printable(ask()), ""};
    } catch (const CodedError& error) {
        return {std::nullopt, printable(error.what()), error.code()};
    } catch (const Error& error) {
        return {std::nullopt, printable(error.what())};
    }
}

}  // namespace r1cluster::detail
