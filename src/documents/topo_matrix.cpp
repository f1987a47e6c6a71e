// SPDX-License-Identifier: Apache-2.0
/// The text of `nvidia-smi topo -m`: a matrix in columns between tabs (or, where it went through an editor, two or more
/// spaces), with affinities behind it and, since driver 520, a legend of NICs.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.hpp"
#include "documents/formats.hpp"
#include "documents/values.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::size_t max_columns = 256;  // the matrix grows with the square

struct Cell {
    std::string text;
    std::size_t offset = 0;  ///< in the document
};

struct Line {
    std::size_t offset = 0;
    std::vector<Cell> cells;
};

/// "\x1b[4m" and its like, which underline the header.
std::string without_escapes(std::string_view text) {
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\x1b' && at + 1 < text.size() && text[at + 1] == '[') {
            at = std::min(text.find_first_of("ABCDHJKmsu", at + 2), text.size() - 1);
        } else {
            plain += text[at];
        }
    }
    return plain;
}

std::vector<Cell> cells_of(std::string_view line, std::size_t offset) {
    const std::string_view separator = line.find('\t') == std::string_view::npos ? "  " : "\t";
    std::vector<Cell> cells;
    for (std::size_t at = 0; at <= line.size() && cells.size() <= max_columns + 8;) {
        const std::size_t end = std::min(line.find(separator, at), line.size());
        std::string text(trimmed(without_escapes(line.substr(at, end - at))));
        // Between spaces an empty cell cannot be told from a wide column.
        if (separator == "\t" || !text.empty() || cells.empty()) cells.push_back({std::move(text), offset + at});
        at = end + separator.size();
    }
    return cells;
}

bool is_numbered(std::string_view name, std::string_view kind) {
    return name.starts_with(kind) && number_of<unsigned>(name.substr(kind.size())).has_value();
}

class TopoMatrix {
public:
    TopoMatrix(std::string_view text, const std::string& source) : text_(text), source_(source) {}

    Machine machine() {
        for (std::size_t at = 0; at < text_.size();) {
            const std::size_t end = std::min(text_.find('\n', at), text_.size());
            read_line({at, cells_of(text_.substr(at, end - at), at)}, text_.substr(at, end - at));
            at = end + 1;
        }
        if (names_.empty()) throw refuse(0, "no matrix; expected a header line with \"GPU0\"");
        if (rows_.size() != names_.size()) {
            throw refuse(text_.size(), fmt::format("{} rows for {} columns", rows_.size(), names_.size()));
        }
        add_devices();
        add_paths();
        order_devices(machine_, false);
        add_gaps();
        return std::move(machine_);
    }

private:
    Error refuse(std::size_t offset, const std::string& what) const { return refusal(text_, source_, offset, what); }

    void read_line(const Line& line, std::string_view text) {
        const std::string& first = line.cells.front().text;
        if (names_.empty()) {
            if (line.cells.size() > 1 && first.empty() && is_numbered(line.cells[1].text, "GPU")) read_header(line);
            return;
        }
        if (rows_.size() < names_.size()) {
            if (!first.empty()) read_row(line);
            return;
        }
        const std::string_view entry = trimmed(text);
        const std::size_t colon = entry.find(": ");
        if (colon != std::string_view::npos && is_numbered(entry.substr(0, colon), "NIC")) {
            legend_[std::string(entry.substr(0, colon))] = trimmed(entry.substr(colon + 2));
        } else if (entry == "NIC Legend:") {
            has_legend_ = true;
        }
    }

    /// Columns of the matrix stand first: GPUs, then NICs, whatever they are called.
    void read_header(const Line& line) {
        std::set<std::string> seen;
        for (std::size_t i = 1; i < line.cells.size(); ++i) {
            const Cell& cell = line.cells[i];
            if (cell.text.find(' ') != std::string::npos || cell.text.empty()) break;  // "CPU Affinity"
            if (!seen.insert(cell.text).second)
                throw refuse(cell.offset, fmt::format("the column \"{}\" occurs twice", cell.text));
            names_.push_back(cell.text);
        }
        if (names_.size() > max_columns) throw refuse(line.offset, fmt::format("more than {} columns", max_columns));
        for (std::size_t i = names_.size() + 1; i < line.cells.size(); ++i) {
            if (line.cells[i].text == "CPU Affinity") cpu_column_ = i;
            if (line.cells[i].text == "NUMA Affinity") numa_column_ = i;
        }
    }

    void read_row(const Line& line) {
        const std::string& expected = names_[rows_.size()];
        const std::string& name = line.cells.front().text;
        if (name != expected) throw refuse(line.offset, fmt::format("the row \"{}\"; expected \"{}\"", name, expected));
        if (line.cells.size() <= names_.size()) {
            throw refuse(line.offset, fmt::format("{} cells in the row \"{}\"; expected {}", line.cells.size() - 1,
                                                  name, names_.size()));
        }
        std::vector<std::string>& row = rows_.emplace_back();
        for (std::size_t column = 0; column < names_.size(); ++column) {
            const Cell& cell = line.cells[column + 1];
            row.push_back(path_of(cell, column == rows_.size() - 1));
            if (column + 1 < rows_.size() && row[column] != rows_[column][rows_.size() - 1]) {
                throw refuse(cell.offset, fmt::format("\"{}\" from {} to {}, but \"{}\" the other way", row[column],
                                                      name, names_[column], rows_[column][rows_.size() - 1]));
            }
        }
        cells_behind_.push_back(line);
    }

    std::string path_of(const Cell& cell, bool is_itself) const {
        const std::string& word = cell.text;
        if (is_itself != (word == "X"))
            throw refuse(cell.offset,
                         fmt::format("\"{}\"; expected \"X\" where a row meets its column, and nowhere else", word));
        if (is_itself || word == "N/A" || word == "-") return "";
        for (const char* known : {"PIX", "PXB", "PHB", "NODE", "SYS"}) {
            if (word == known) return word;
        }
        const auto links = word.starts_with("NV") ? number_of<int>(std::string_view(word).substr(2)) : std::nullopt;
        if (!links || *links < 1 || *links > 64) {
            throw refuse(cell.offset,
                         fmt::format("\"{}\"; expected X, SYS, NODE, PHB, PXB, PIX or NV and a number", word));
        }
        return word;
    }

    std::string behind(std::size_t row, std::size_t column) const {
        const std::vector<Cell>& cells = cells_behind_[row].cells;
        const std::string text = column > 0 && column < cells.size() ? cells[column].text : "";
        return text.find_first_not_of("0123456789,-") == std::string::npos ? text : "";  // "N/A"
    }

    void add_devices() {
        for (std::size_t row = 0; row < names_.size(); ++row) {
            const std::string& name = names_[row];
            if (is_numbered(name, "GPU")) {
                Gpu& gpu = machine_.gpus.emplace_back();
                const auto index = number_of<int>(std::string_view(name).substr(3));
                if (!index) throw refuse(cells_behind_[row].offset, fmt::format("\"{}\" is no index of a GPU", name));
                gpu.nvml_index = *index;
                gpu.cpu_affinity = behind(row, cpu_column_);
                const auto node = number_of<int>(behind(row, numa_column_));
                if (node && *node >= 0) gpu.numa_node = node;
                devices_.push_back(device_name(gpu));
            } else {
                Hca& hca = machine_.hcas.emplace_back();
                const auto known = legend_.find(name);
                hca.name = known == legend_.end() ? name : known->second;
                devices_.push_back(hca.name);
            }
            if (std::count(devices_.begin(), devices_.end(), devices_.back()) > 1) {
                throw refuse(cells_behind_[row].offset,
                             fmt::format("\"{}\" is the name of two devices", devices_.back()));
            }
        }
    }

    /// In the order that Machine::device_paths has: GPUs by index, then HCAs by name.
    void add_paths() {
        std::vector<std::size_t> order(devices_.size());
        for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
        const auto key = [&](std::size_t i) {
            const auto index =
                is_numbered(names_[i], "GPU") ? number_of<int>(std::string_view(names_[i]).substr(3)) : std::nullopt;
            return std::pair(index.value_or(INT32_MAX), index ? "" : devices_[i]);
        };
        std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
        for (std::size_t a = 0; a < order.size(); ++a) {
            for (std::size_t b = a + 1; b < order.size(); ++b) {
                DevicePath& path = machine_.device_paths.emplace_back();
                path.from = devices_[order[a]];
                path.to = devices_[order[b]];
                path.path = rows_[order[a]][order[b]];
                path.because = "nvidia-smi topo -m";
            }
        }
    }

    void add_gaps() {
        constexpr auto does_not = "nvidia-smi topo -m does not hold them";
        const auto unnamed = std::find_if(names_.begin(), names_.end(), [&](const std::string& name) {
            return is_numbered(name, "NIC") && !legend_.contains(name);
        });
        if (unnamed != names_.end()) {
            add_gap(machine_, "nic." + *unnamed + ".name", "name of " + *unnamed,
                    has_legend_ ? "the legend does not have it" : "the legend of NICs is missing",
                    "the whole output of nvidia-smi topo -m");
        }
        if (machine_.hcas.empty())
            add_gap(machine_, "hcas", "HCAs", "nvidia-smi topo -m shows those only that libibverbs opens");
        add_gap(machine_, "gpus.state", "memory, names and addresses of GPUs", does_not, "nvidia-smi -q -x");
        add_gap(machine_, "pci_devices", "PCI devices", does_not, "lspci -vvv");
        add_gap(machine_, "system", "operating system, CPU, memory and network", does_not);
    }

    std::string_view text_;
    const std::string& source_;
    std::vector<std::string> names_;              ///< of columns
    std::vector<std::vector<std::string>> rows_;  ///< DevicePath::path
    std::vector<Line> cells_behind_;              ///< of each row
    std::size_t cpu_column_ = 0, numa_column_ = 0;
    std::map<std::string, std::string> legend_;
    bool has_legend_ = false;
    std::vector<std::string> devices_;  ///< names in DevicePath, by column
    Machine machine_;
};

}  // namespace

Machine parse_topo_matrix(std::string_view text, const std::string& source) {
    return TopoMatrix(text, source).machine();
}

}  // namespace r1cluster::detail
