// SPDX-License-Identifier: Apache-2.0
#include "host/guard/job_logs.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/note_of_cut.hpp"
#include "host/guard/log_file.hpp"

namespace r1cluster::detail {
namespace {

using protocol::LogText;
constexpr std::uint64_t piece_bytes = 4 << 20;  // of one process, in one reply

/// A log file that stays open, so that a rotation does not change which file is read.
class OpenLog {
public:
    explicit OpenLog(const std::string& path)
        : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)) {
        struct statx facts {};
        const unsigned wanted = STATX_INO | STATX_BTIME | STATX_SIZE;
        if (descriptor_ < 0 || ::statx(descriptor_, "", AT_EMPTY_PATH, wanted, &facts) != 0) return;
        // A file keeps both when a rotation renames it, and a new file that gets the inode of a removed one is younger.
        id_ = fmt::format("{}-{}.{}", facts.stx_ino, facts.stx_btime.tv_sec, facts.stx_btime.tv_nsec);
        size_ = facts.stx_size;
    }
    OpenLog(OpenLog&& other) noexcept
        : descriptor_(std::exchange(other.descriptor_, -1)), id_(std::move(other.id_)), size_(other.size_) {}
    OpenLog& operator=(OpenLog&&) = delete;
    ~OpenLog() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }

    const std::string& id() const { return id_; }
    std::uint64_t size() const { return size_; }

    std::string read(std::uint64_t from, std::uint64_t bytes) const {
        std::string text(std::min(bytes, size_ - std::min(from, size_)), '\0');
        std::size_t done = 0;
        while (done < text.size()) {
            const ssize_t size =
                ::pread(descriptor_, text.data() + done, text.size() - done, static_cast<off_t>(from + done));
            if (size <= 0) break;
            done += static_cast<std::size_t>(size);
        }
        text.resize(done);
        return text;
    }

private:
    int descriptor_;
    std::string id_;
    std::uint64_t size_ = 0;
};

/// The files of one process's log, the oldest first, and where their bytes stand in the whole log.
class ProcessLog {
public:
    void add(const std::string& name, OpenLog file) {
        size_ += file.size();
        names_.push_back(name);
        files_.push_back(std::move(file));
    }

    /// Pieces that begin at these offsets of the files, 0 where there is none.
    void read_on(const std::map<std::string, std::uint64_t>& offsets, std::vector<LogText>& pieces) const {
        std::uint64_t budget = piece_bytes;
        for (std::size_t i = 0; i < files_.size(); ++i) {
            const OpenLog& file = files_[i];
            const auto known = offsets.find(file.id());
            const std::uint64_t from = known == offsets.end() ? 0 : std::min(known->second, file.size());
            std::string text = file.read(from, budget);
            if (from + text.size() < file.size()) text.resize(whole_characters(text));
            budget -= text.size();
            const std::uint64_t offset = from + text.size();
            pieces.push_back({names_[i], file.id(), log_text(text), offset, file.size()});
            if (offset < file.size()) budget = 0;  // the files after it wait for the next reply
        }
    }

    /// The first and the last bytes of the whole log, as text of its newest file.
    void read_windows(std::uint64_t head_bytes, std::uint64_t tail_bytes, std::vector<LogText>& pieces) const {
        for (std::size_t i = 0; i < files_.size(); ++i)
            pieces.push_back({names_[i], files_[i].id(), {}, files_[i].size(), files_[i].size()});
        if (size_ <= head_bytes + tail_bytes) {
            pieces.back().text = log_text(read_whole(0, size_));
            return;
        }
        // Both windows hold whole lines, unless a line is longer than a window.
        std::string head = read_whole(0, head_bytes);
        if (const std::size_t end = head.rfind('\n'); end != std::string::npos) head.resize(end + 1);
        std::string tail = read_whole(size_ - tail_bytes, tail_bytes);
        const std::size_t end = tail.find('\n');
        if (end != std::string::npos && end + 1 < tail.size()) tail.erase(0, end + 1);
        const std::uint64_t missing = size_ - head.size() - tail.size();
        if (!head.empty() && head.back() != '\n') head += '\n';
        pieces.back().text = log_text(head) + note_of_cut(missing) + "\n" + log_text(tail);
    }

private:
    std::string read_whole(std::uint64_t from, std::uint64_t bytes) const {
        std::string text;
        std::uint64_t base = 0;
        for (const OpenLog& file : files_) {
            const std::uint64_t begin = std::max(from, base) - base;
            const std::uint64_t end = std::min(from + bytes, base + file.size());
            if (end > base + begin) text += file.read(begin, end - base - begin);
            base += file.size();
        }
        return text;
    }

    /// Length without the first bytes of a character whose other bytes are in the next piece.
    static std::size_t whole_characters(std::string_view text) {
        std::size_t begin = text.size();
        while (begin > 0 && text.size() - begin < 3 && (static_cast<unsigned char>(text[begin - 1]) >> 6) == 2) --begin;
        const bool is_begun = begin > 0 && static_cast<unsigned char>(text[begin - 1]) >= 0xc0;
        return is_begun ? begin - 1 : text.size();
    }

    std::vector<std::string> names_;
    std::vector<OpenLog> files_;
    std::uint64_t size_ = 0;
};

}  // namespace

std::vector<LogText> read_job_logs(const JobFolder& folder, const protocol::JobLogs& request) {
    std::map<std::string, ProcessLog> logs;
    for (const std::string& name : folder.log_files()) {
        OpenLog file(folder.file("logs/" + name));
        if (!file.id().empty()) logs[name.substr(0, name.find(".log"))].add(name, std::move(file));
    }
    const bool has_windows = request.offsets.empty() && request.head_bytes + request.tail_bytes > 0;
    std::vector<LogText> pieces;
    for (const auto& [process, log] : logs) {
        if (has_windows) {
            log.read_windows(request.head_bytes, request.tail_bytes, pieces);
        } else {
            log.read_on(request.offsets, pieces);
        }
    }
    return pieces;
}

}  // namespace r1cluster::detail
