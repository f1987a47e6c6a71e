// SPDX-License-Identifier: Apache-2.0
#include "host/os/files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <system_error>
#include <vector>

#include "r1cluster/host/os/text_file.hpp"
#include "readings/folder_names.hpp"
#include "readings/reason.hpp"

namespace r1cluster {
namespace detail {
namespace {

constexpr std::size_t max_names = 100'000;

[[noreturn]] void fail(const std::string& path, int number) { throw errno_error(path, number); }

}  // namespace

std::string errno_text(int number) { return std::generic_category().message(number); }

CodedError errno_error(const std::string& subject, int number) {
    const auto code = code_of_errno(number);
    return {code == ReasonCode::not_found ? ErrorKind::not_found : ErrorKind::system, subject, errno_text(number),
            code};
}

OpenFile::OpenFile(const std::string& path, bool follows_links) {
    // O_NONBLOCK: opening a FIFO for reading would wait for its writer.
    const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (follows_links ? 0 : O_NOFOLLOW);
    descriptor_ = open(path.c_str(), flags);
    if (descriptor_ < 0) fail(path, errno);
    struct stat status {};
    const int number = fstat(descriptor_, &status) == 0 ? 0 : errno;
    if (number == 0 && S_ISREG(status.st_mode)) {
        size_bytes_ = static_cast<std::uint64_t>(status.st_size);
        return;
    }
    close(descriptor_);
    if (number != 0) fail(path, number);
    throw Error(ErrorKind::invalid_input, path, S_ISDIR(status.st_mode) ? "Is a directory" : "not a regular file");
}

OpenFile::~OpenFile() { close(descriptor_); }

std::string OpenFile::read(std::uint64_t offset, std::size_t limit_bytes) const {
    std::string content;
    constexpr std::uint64_t least_step = 4096;
    // What the file system says that there is; then a step to see that this was all.
    const std::uint64_t known = size_bytes_ > offset ? size_bytes_ - offset : 0;
    content.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(limit_bytes, known + least_step)));
    while (content.size() < limit_bytes) {
        const std::size_t before = content.size();
        const std::uint64_t step = before < known ? known - before : std::max(least_step, before - known);
        content.resize(before + static_cast<std::size_t>(std::min<std::uint64_t>(step, limit_bytes - before)));
        const ssize_t got =
            pread(descriptor_, content.data() + before, content.size() - before, static_cast<off_t>(offset + before));
        const int number = errno;
        content.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        if (got < 0 && number == EINTR) continue;
        if (got < 0) throw Error(ErrorKind::system, "", errno_text(number));
        if (got == 0) break;
    }
    return content;
}

std::string OpenFile::read_all(std::size_t limit_bytes) const {
    std::string content = read(0, limit_bytes + 1);
    if (content.size() > limit_bytes) {
        throw Error(ErrorKind::invalid_input, "", fmt::format("longer than {} bytes", limit_bytes));
    }
    return content;
}

std::string printable(std::string text) {
    if (is_utf8(text)) return text;
    std::string result;
    for (std::size_t i = 0; i < text.size();) {
        std::size_t length = std::min<std::size_t>(4, text.size() - i);
        while (length > 0 && !is_utf8(std::string_view(text).substr(i, length))) --length;
        if (length == 0) result += fmt::format("\\x{:02x}", static_cast<unsigned>(static_cast<unsigned char>(text[i])));
        result += text.substr(i, length);
        i += std::max<std::size_t>(length, 1);
    }
    return result;
}

std::string read_secret(const std::string& path) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) == 0 && (facts.st_mode & 077) != 0) {
        throw Error(ErrorKind::invalid_input, path,
                    fmt::format("reading the secret \"{}\": others may read it; chmod 600 it", path));
    }
    std::string text = read_text_file(path, 64 << 10);
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    if (text.empty())
        throw Error(ErrorKind::invalid_input, path, fmt::format("reading the secret \"{}\": the file is empty", path));
    return text;
}

Answer file_answer(const std::string& path, std::size_t limit_bytes) {
    return answer([&] { return OpenFile(path).read_all(limit_bytes); });
}

Answer link_answer(const std::string& path) {
    return answer([&] {
        std::array<char, 4096> target{};
        const ssize_t length = readlink(path.c_str(), target.data(), target.size());
        if (length < 0) fail(path, errno);
        return std::string(target.data(), static_cast<std::size_t>(length));
    });
}

Answer listing_answer(const std::string& path) {
    return answer([&] {
        const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir(path.c_str()), closedir);
        if (!folder) fail(path, errno);
        std::vector<std::string> names;
        errno = 0;
        while (const dirent* entry = readdir(folder.get())) {
            const std::string name = entry->d_name;
            if (name != "." && name != "..") names.push_back(name);
            if (names.size() > max_names) {
                throw Error(ErrorKind::invalid_input, path, fmt::format("more than {} names", max_names));
            }
            errno = 0;
        }
        if (errno != 0) fail(path, errno);
        std::sort(names.begin(), names.end());
        std::string text;
        for (const std::string& name : names) text += name + "\n";
        return text;
    });
}

}  // namespace detail

std::string read_text_file(const std::string& path, std::size_t limit_bytes) {
    try {
        return detail::OpenFile(path).read_all(limit_bytes);
    } catch (const Error& error) {
        throw Error(error.kind(), path, fmt::format("reading the file \"{}\": {}", path, error.what()));
    }
}

}  // namespace r1cluster
