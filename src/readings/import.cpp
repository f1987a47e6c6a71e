// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/readings/import.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

#include "r1cluster/base/error.hpp"
#include "readings/folder_names.hpp"

namespace r1cluster {
namespace {

constexpr auto imported_from = "imported from ";

constexpr std::string_view infiniband = "/sys/class/infiniband/";
constexpr std::size_t head_bytes = 256 << 10;  // in which a document must show what it is
constexpr std::size_t max_steps = 2'000'000;
constexpr std::size_t max_copied_bytes = 256 << 20;
constexpr std::size_t max_listed_bytes = 256 << 20;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

/// Name of the first element of an XML, behind its declaration, comments and document type. Empty: none.
std::string_view root_element(std::string_view text) {
    std::size_t at = text.find('<');
    while (at != std::string_view::npos && at + 1 < text.size()) {
        std::string_view rest = text.substr(at);
        const bool is_comment = rest.starts_with("<!--");
        if (!is_comment && !rest.starts_with("<!") && !rest.starts_with("<?")) {
            rest.remove_prefix(1);
            return rest.substr(0, rest.find_first_of(" \t\r\n/>"));
        }
        at = text.find(is_comment ? "-->" : ">", at);
        if (at != std::string_view::npos) at = text.find('<', at);
    }
    return {};
}

std::vector<std::string_view> fields_of(std::string_view line) {
    std::vector<std::string_view> fields;
    for (std::size_t at = 0; at < line.size();) {
        if (is_space(line[at])) {
            ++at;
            continue;
        }
        const std::size_t start = at;
        while (at < line.size() && !is_space(line[at])) ++at;
        fields.push_back(line.substr(start, at - start));
    }
    return fields;
}

/// "18:00.0 3D controller: NVIDIA", with a domain or without.
bool is_slot_line(std::string_view line) {
    std::string shape;
    for (const char c : line.substr(0, line.find(' '))) {
        const bool is_digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        shape += is_digit ? 'x' : c;
    }
    const bool is_slot =
        shape == "xx:xx.x" || shape == "xxxx:xx:xx.x" || shape == "xxxxx:xx:xx.x" || shape == "xxxxxxxx:xx:xx.x";
    return is_slot && line.find(": ") != std::string_view::npos;
}

/// The row of GPU0 in a matrix: "GPU0  X  NV18 ..."; that of `nvidia-smi topo -p2p` begins with a space.
bool is_matrix_row(std::string_view line) {
    const std::vector<std::string_view> fields = fields_of(line);
    return line.starts_with("GPU0") && fields.size() > 1 && fields[0] == "GPU0" && fields[1] == "X";
}

std::vector<std::string> components_of(const std::string& path) {
    std::vector<std::string> parts(1);
    for (const char c : path) {
        if (c == '/')
            parts.emplace_back();
        else
            parts.back() += c;
    }
    std::erase_if(parts, [](const std::string& part) { return part.empty() || part == "."; });
    return parts;
}

std::string joined(const std::vector<std::string>& parts, std::size_t first) {
    std::string path;
    for (std::size_t i = first; i < parts.size(); ++i) path += "/" + parts[i];
    return path;
}

[[noreturn]] void refuse_import(const std::string& host, const std::string& what) {
    throw Error(ErrorKind::invalid_input, host, what);
}

/// Gives files of an import the paths that they had on their host.
class HostPaths {
public:
    HostPaths(const ImportedFiles& imported, const std::string& host) {
        for (const auto& [path, content] : imported.files) find_infiniband(path, host);
    }

    /// Empty: no piece of /sys or /proc.
    std::string of(const std::string& path) const {
        if (!detail::is_utf8(path)) return "";  // which nothing in them is
        const std::vector<std::string> parts = components_of(path);
        for (std::size_t i = 0; i < parts.size(); ++i) {
            if (parts[i] == "sys" || parts[i] == "proc") return joined(parts, i);
        }
        const bool is_inside =
            infiniband_ && parts.size() > depth_ + 1 && hcas_.contains(parts[depth_]) &&
            joined({parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(depth_)}, 0) == *infiniband_;
        return is_inside ? std::string(infiniband) + joined(parts, depth_).substr(1) : "";
    }

private:
    /// A folder whose entries hold ports/N/… is a copy of /sys/class/infiniband.
    void find_infiniband(const std::string& path, const std::string& host) {
        const std::vector<std::string> parts = components_of(path);
        for (std::size_t i = 0; i < parts.size(); ++i) {
            if (parts[i] == "sys" || parts[i] == "proc") return;
        }
        for (std::size_t i = 1; i + 2 < parts.size(); ++i) {
            const bool is_number = parts[i + 1].find_first_not_of("0123456789") == std::string::npos;
            if (parts[i] != "ports" || !is_number) continue;
            const std::string folder = joined({parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(i - 1)}, 0);
            if (infiniband_ && *infiniband_ != folder) {
                refuse_import(host,
                              fmt::format("\"{}\" and \"{}\" both look like /sys/class/infiniband; expected one host",
                                          *infiniband_, folder));
            }
            infiniband_ = folder;
            depth_ = i - 1;
            hcas_.insert(parts[depth_]);
            return;
        }
    }

    std::optional<std::string> infiniband_;  ///< folder in the import, "" for the import itself
    std::size_t depth_ = 0;                  ///< components of it
    std::set<std::string> hcas_;             ///< entries of it that have ports
};

class Importer {
public:
    Importer(const ImportedFiles& imported, const std::string& host)
        : imported_(imported), host_(host), paths_(imported, host) {}

    Readings readings() {
        readings_.host = host_;
        for (const auto& [path, content] : imported_.files) add_file(path, content);
        for (const auto& [path, target] : imported_.links) {
            const std::string on_host = paths_.of(path);
            if (!on_host.empty() && detail::is_utf8(target)) readings_.links[on_host] = {target, ""};
        }
        if (readings_.files.empty() && readings_.documents.empty() && readings_.links.empty()) {
            refuse_import(host_,
                          fmt::format("nothing in \"{}\" is known; ", host_) +
                              "expected a recording (recording.json), an NCCL or hwloc topology XML, `nvidia-smi -q "
                              "-x`, `lspci -vvv`, "
                              "`nvidia-smi topo -m`, or pieces of /sys");
        }
        follow_links();
        add_listings();
        readings_.reader = imported_from;
        for (const auto& [kind, text] : readings_.documents) readings_.reader += kind + ", ";
        if (readings_.listings.empty())
            readings_.reader.resize(readings_.reader.size() - 2);
        else
            readings_.reader += "pieces of /sys and /proc";
        return std::move(readings_);
    }

private:
    void add_file(const std::string& path, const std::string& content) {
        const std::string on_host = paths_.of(path);
        if (!on_host.empty()) {
            if (!detail::is_utf8(content)) return;  // configuration space and the like, which no reader takes
            const bool is_new = readings_.files.emplace(on_host, Answer{content, ""}).second;
            if (!is_new) refuse_import(host_, fmt::format("\"{}\" is there twice; expected one host", on_host));
            return;
        }
        const std::string kind = kind_of_document(content);
        if (kind.empty()) return;
        const auto [place, is_new] = sources_.emplace(kind, path);
        if (!is_new) {
            refuse_import(host_, fmt::format("\"{}\" and \"{}\" are both of the kind {}; expected one of each",
                                             place->second, path, kind));
        }
        readings_.documents[kind] = content;
    }

    /// What stands behind a link of sysfs is read by the link's name, as it is on a host: a device of a class with all
    /// below it, a PCI device with its own files only, since those below a bridge have links of their own.
    void follow_links() {
        std::map<std::string, Answer> files, links;
        for (const auto& [path, answer] : readings_.links) {
            const bool is_pci = path.starts_with("/sys/bus/pci/devices/");
            const bool is_class = path.starts_with(infiniband) || path.starts_with("/sys/class/net/");
            const std::string name = path.substr(path.rfind('/') + 1);
            const bool is_entry = path == "/sys/bus/pci/devices/" + name || path == "/sys/class/net/" + name ||
                                  path == std::string(infiniband) + name;
            if (!is_entry || !(is_pci || is_class)) continue;
            const std::string target = resolved(path, *answer.text);
            if (target.empty()) continue;
            copy_below(readings_.files, target, path, is_pci, files);
            copy_below(readings_.links, target, path, is_pci, links);
        }
        readings_.files.merge(files);
        readings_.links.merge(links);
    }

    void copy_below(const std::map<std::string, Answer>& from, const std::string& target, const std::string& path,
                    bool is_shallow, std::map<std::string, Answer>& into) {
        const std::string folder = target + "/";
        for (auto at = from.lower_bound(folder); at != from.end() && at->first.starts_with(folder);) {
            const std::string rest = at->first.substr(folder.size());
            copied_bytes_ += path.size() + rest.size() + at->second.text->size();
            if (++steps_ > max_steps || copied_bytes_ > max_copied_bytes) {
                refuse_import(host_, "its links lead to more than 2,000,000 files or 256 MiB");
            }
            const std::size_t slash = rest.find('/');
            if (is_shallow && slash != std::string::npos) {
                at = from.lower_bound(folder + rest.substr(0, slash) + '0');  // '0' follows '/'
                continue;
            }
            into.emplace(path + "/" + rest, at->second);
            ++at;
        }
    }

    /// A target relative to the folder of its link, by its text alone. Empty: it leaves /sys.
    static std::string resolved(const std::string& link, const std::string& target) {
        const std::string whole = target.starts_with('/') ? target : link.substr(0, link.rfind('/')) + "/" + target;
        std::vector<std::string> parts;
        for (const std::string& part : components_of(whole)) {
            if (part != "..")
                parts.push_back(part);
            else if (!parts.empty())
                parts.pop_back();
        }
        return parts.size() > 1 && parts[0] == "sys" ? joined(parts, 0) : "";
    }

    /// Of every folder, so that whatever readers list on a host is listed here.
    void add_listings() {
        std::map<std::string, std::set<std::string>> names;
        std::size_t listed_bytes = 0;  // a path takes its own length for each folder in it
        for (const auto* answers : {&readings_.files, &readings_.links}) {
            for (const auto& [path, answer] : *answers) {
                std::string child = path;
                for (std::size_t slash = child.rfind('/'); slash != 0 && slash != std::string::npos;
                     slash = child.rfind('/')) {
                    const std::string folder = child.substr(0, slash);
                    if (!names[folder].insert(child.substr(slash + 1)).second) break;  // and so those above
                    listed_bytes += child.size();
                    if (listed_bytes > max_listed_bytes)
                        refuse_import(host_, "the paths of its folders take more than 256 MiB");
                    child = folder;
                }
            }
        }
        for (const auto& [folder, children] : names) {
            std::string text;
            for (const std::string& name : children) text += name + "\n";
            readings_.listings[folder] = {text, ""};
        }
    }

    const ImportedFiles& imported_;
    const std::string& host_;
    HostPaths paths_;
    std::map<std::string, std::string> sources_;  ///< kind -> file
    std::size_t steps_ = 0, copied_bytes_ = 0;
    Readings readings_;
};

}  // namespace

std::string kind_of_document(std::string_view text) {
    const std::string_view head = text.substr(0, head_bytes);
    const std::string_view root = root_element(head);
    if (root == "system") return "nccl_topology";
    if (root == "topology") return "hwloc";
    if (root == "nvidia_smi_log") return "nvidia_smi";
    for (std::size_t at = 0; at < head.size();) {
        const std::size_t end = std::min(head.find('\n', at), head.size());
        const std::string_view line = head.substr(at, end - at);
        if (is_slot_line(line)) return "lspci";
        if (is_matrix_row(line)) return "topo_matrix";
        at = end + 1;
    }
    return "";
}

Readings import_files(const ImportedFiles& files, const std::string& host) { return Importer(files, host).readings(); }

bool is_imported(const Readings& readings) { return readings.reader.starts_with(imported_from); }

}  // namespace r1cluster
