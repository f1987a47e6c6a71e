// SPDX-License-Identifier: Apache-2.0
#include "diagnose/log_text.hpp"

#include <algorithm>
#include <array>

namespace r1cluster::detail {
namespace {

constexpr std::size_t max_line_bytes = 4096;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Length of the escape sequence at the start of `text`, which begins with ESC.
std::size_t escape_length(std::string_view text) {
    if (text.size() < 2 || text[1] != '[') return std::min<std::size_t>(2, text.size());
    std::size_t end = 2;
    while (end < text.size() && !(text[end] >= '@' && text[end] <= '~')) ++end;
    return std::min(end + 1, text.size());
}

std::string harmless(std::string_view line) {
    line = line.substr(0, max_line_bytes);
    std::string out;
    out.reserve(line.size());
    for (std::size_t i = 0; i < line.size();) {
        const auto c = static_cast<unsigned char>(line[i]);
        if (c == 0x1b) {
            i += escape_length(line.substr(i));
            continue;
        }
        if (c == '\t') out += ' ';
        if (c >= 0x20 && c != 0x7f) out += line[i];
        ++i;
    }
    return out;
}

// "11-22 05:19:57" at the start of text.
bool starts_with_time(std::string_view text) {
    constexpr std::string_view shape = "dd-dd dd:dd:dd";
    if (text.size() < shape.size()) return false;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (shape[i] == 'd' ? !is_digit(text[i]) : text[i] != shape[i]) return false;
    }
    return true;
}

// Takes "(Worker_TP0 pid=3931) " away; Ray's "(RayWorkerWrapper pid=1, ip=10.0.0.1) " and torch's "[rank0]: " as well.
void skip_process(std::string_view& text) {
    if (const std::size_t end = text.find("]: "); text.starts_with("[rank") && end != std::string_view::npos) {
        text.remove_prefix(end + 3);
    }
    if (!text.starts_with('(')) return;
    const std::size_t end = text.find(") ");
    if (end != std::string_view::npos && text.substr(0, end).find("pid=") != std::string_view::npos)
        text.remove_prefix(end + 2);
}

void read_prefix(LogLine& line, std::string& last_time) {
    std::string_view text = line.text;
    skip_process(text);
    for (const std::string_view level : {"DEBUG ", "INFO ", "WARNING ", "ERROR ", "CRITICAL "}) {
        if (!text.starts_with(level) || !starts_with_time(text.substr(level.size()))) continue;
        line.is_routine = level[0] == 'D' || level[0] == 'I' || level[0] == 'W';
        text.remove_prefix(level.size());
        last_time = text.substr(0, 14);
        text.remove_prefix(14);
        const std::size_t place = text.find("] ");
        if (text.starts_with(" [") && place != std::string_view::npos) text.remove_prefix(place + 2);
        break;
    }
    const std::size_t first = text.find_first_not_of(' ');
    line.message = first == std::string_view::npos ? std::string_view() : text.substr(first);
    line.time = last_time;
}

}  // namespace

bool for_each_line(std::string_view log, const std::function<void(const LogLine&)>& visit) {
    std::size_t number = 0;
    std::string last_time;
    const auto visit_all = [&](std::string_view part) {
        while (!part.empty()) {
            const std::size_t end = std::min(part.find('\n'), part.size());
            LogLine line;
            line.number = ++number;
            line.text = harmless(part.substr(0, end));
            read_prefix(line, last_time);
            visit(line);
            part.remove_prefix(std::min(end + 1, part.size()));
        }
    };
    if (log.size() <= 2 * log_window_bytes) {
        visit_all(log);
        return false;
    }
    // Both windows hold whole lines, unless a line is longer than a window.
    const std::size_t last_end = log.rfind('\n', log_window_bytes - 1);
    const std::size_t first_end = last_end == std::string_view::npos ? log_window_bytes : last_end + 1;
    const std::size_t window = log.size() - log_window_bytes;
    const std::size_t next_end = log.find('\n', window);
    const std::size_t last_start = next_end == std::string_view::npos ? window : next_end + 1;
    visit_all(log.substr(0, first_end));
    number += static_cast<std::size_t>(std::ranges::count(log.substr(first_end, last_start - first_end), '\n'));
    visit_all(log.substr(last_start));
    return true;
}

}  // namespace r1cluster::detail
