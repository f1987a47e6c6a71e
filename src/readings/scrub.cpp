// SPDX-License-Identifier: Apache-2.0
#include <sstream>

#include "r1cluster/readings/recording.hpp"
#include "readings/calls.hpp"
#include "readings/scrub_text.hpp"

namespace r1cluster {
namespace {

using detail::Pseudonyms;
using detail::WordRules;

/// "getaddrinfo(node2)" -> "node2"; empty where `call` is another one.
std::string argument_of(const std::string& call, std::string_view function) {
    if (!call.starts_with(std::string(function) + "(") || !call.ends_with(')')) return "";
    return call.substr(function.size() + 1, call.size() - function.size() - 2);
}

template <class Shape>
std::optional<Shape> parsed(const Readings& host, const std::string& call) {
    const auto found = host.calls.find(call);
    if (found == host.calls.end() || !found->second.text) return std::nullopt;
    try {
        return calls::parse<Shape>(*found->second.text, call);
    } catch (const Error&) {
        return std::nullopt;
    }
}

/// The servers of network file systems: "nas01:/export", "//nas01/share" in /proc/self/mountinfo.
void learn_file_servers(const std::string& mountinfo, Pseudonyms& pseudonyms) {
    for (std::size_t at = mountinfo.find(" - "); at != std::string::npos; at = mountinfo.find(" - ", at + 1)) {
        const std::size_t source = mountinfo.find(' ', at + 3);
        if (source == std::string::npos) return;
        std::string device = mountinfo.substr(source + 1, mountinfo.find_first_of(" \n", source + 1) - source - 1);
        if (device.starts_with("//")) {
            pseudonyms.learn_host(device.substr(2, device.find('/', 2) - 2));
        } else if (const auto colon = device.find(":/"); colon != std::string::npos) {
            pseudonyms.learn_host(device.substr(0, colon));
        }
    }
}

/// A home may lie anywhere ("/nfs/users/ada"), others' homes below /home are seen in paths.
void learn_users(std::string_view text, Pseudonyms& pseudonyms) {
    for (const std::string_view parent : {"/home/", "/Users/"}) {
        for (std::size_t at = text.find(parent); at != std::string_view::npos; at = text.find(parent, at + 1)) {
            const std::string_view rest = text.substr(at + parent.size());
            pseudonyms.learn_user(std::string(rest.substr(0, rest.find_first_of("/ \n\"'),:"))));
        }
    }
}

bool is_serial(const std::string& key) {
    const std::string_view name = std::string_view(key).substr(key.rfind('/') + 1);
    return name == "serial" || name.ends_with("_serial") || key.find("Serial(") != std::string::npos;
}

/// What stands between `before` and `after`, each time.
template <class Take>
void each_between(std::string_view text, std::string_view before, std::string_view after, Take take) {
    for (std::size_t at = text.find(before); at != std::string_view::npos; at = text.find(before, at + 1)) {
        const std::size_t begin = at + before.size();
        const std::size_t end = text.find(after, begin);
        if (end == std::string_view::npos) return;
        take(std::string(text.substr(begin, end - begin)));
    }
}

/// Serial numbers and host names of `nvidia-smi -q -x` and of hwloc, which holds those of DMI too.
void learn_document(const std::string& text, Pseudonyms& pseudonyms) {
    learn_users(text, pseudonyms);
    const auto serial = [&](const std::string& value) { pseudonyms.learn_serial(value); };
    for (const std::string_view before :
         {"<serial>", "<board_serial>", "Serial\" value=\"", "SerialNumber\" value=\"", "AssetTag\" value=\""}) {
        each_between(text, before, before.ends_with('>') ? "<" : "\"", serial);
    }
    each_between(text, "name=\"HostName\" value=\"", "\"",
                 [&](const std::string& value) { pseudonyms.learn_host(value); });
}

void learn(const Readings& host, Pseudonyms& pseudonyms) {
    for (const auto& [kind, text] : host.documents) learn_document(text, pseudonyms);
    if (const auto user = parsed<calls::User>(host, "getpwuid()")) {
        pseudonyms.learn_user(user->name);
        if (user->home != "/root") pseudonyms.learn_user(user->home.substr(user->home.rfind('/') + 1));
    }
    for (const auto* answers : {&host.files, &host.links, &host.listings, &host.calls}) {
        for (const auto& [key, answer] : *answers) {
            learn_users(key, pseudonyms);
            if (!answer.text) continue;
            learn_users(*answer.text, pseudonyms);
            if (is_serial(key)) pseudonyms.learn_serial(answer.text->substr(0, answer.text->find('\n')));
            if (key.ends_with("/mountinfo")) learn_file_servers(*answer.text, pseudonyms);
            pseudonyms.learn_host(argument_of(key, "getaddrinfo"));
            if (key == "gethostname()") pseudonyms.learn_host(*answer.text);
        }
    }
    if (const auto uname = parsed<calls::Uname>(host, "uname()")) pseudonyms.learn_host(uname->nodename);
}

/// Texts in which no host is named, but words occur that may be a host's name ("node0", "ubuntu").
bool is_of_the_system_alone(std::string_view key) {
    if (key.starts_with("nvmlSystemGetProcessName(")) return false;  // a path below somebody's home
    for (const std::string_view prefix : {"/sys/", "/etc/os-release", "/proc/cpuinfo", "/proc/meminfo",
                                          "/proc/self/limits", "/proc/driver/", "nvml", "getrlimit(", "cpuinfo("}) {
        if (key.starts_with(prefix)) return true;
    }
    return false;
}

std::string scrubbed_key(const std::string& key, Pseudonyms& pseudonyms) {
    if (const std::string name = argument_of(key, "getaddrinfo"); !name.empty()) {
        return "getaddrinfo(" + pseudonyms.host(name) + ")";
    }
    return pseudonyms.text(key, {!is_of_the_system_alone(key), true});
}

/// A boot loader's line can hold anything, secrets included; only what says how devices are wired is kept.
std::string scrubbed_command_line(const std::string& text) {
    std::istringstream words(text);
    std::string kept;
    int dropped = 0;
    for (std::string word; words >> word;) {
        const bool is_wiring = std::ranges::any_of(std::array{"iommu", "intel_iommu", "amd_iommu", "pci=", "pcie_",
                                                              "numa", "hugepages", "default_hugepagesz", "nvidia"},
                                                   [&](std::string_view prefix) { return word.starts_with(prefix); });
        if (is_wiring) {
            kept += word + " ";
        } else {
            ++dropped;
        }
    }
    return kept + "(and " + std::to_string(dropped) + " more)\n";
}

/// Settings of a container engine hold registries, mirrors and proxies with passwords; what decides about containers
/// for GPUs is kept, and the rest is counted.
std::string scrubbed_daemon_settings(const std::string& text) {
    try {
        const auto all = detail::parse_json(text, "daemon.json");
        detail::json::object kept;
        for (const auto& field : all.as_object()) {
            const std::string_view name(field.key().data(), field.key().size());
            for (const char* known :
                 {"runtimes", "default-runtime", "default-ulimits", "default-shm-size", "features"}) {
                if (name == known) kept[field.key()] = field.value();
            }
        }
        return detail::print_json(kept);
    } catch (const std::exception&) {
        return "{}\n";  // not ours to judge, and not safe to keep
    }
}

/// podman's note about a container: its engine, not its name, image and number.
std::string scrubbed_container_note(const std::string& text) {
    std::istringstream lines(text);
    std::string kept;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("engine=") || line.starts_with("rootless=")) kept += line + "\n";
    }
    return kept;
}

std::string scrubbed_text(const std::string& key, const std::string& text, Pseudonyms& pseudonyms) {
    if (key == "gethostname()") return pseudonyms.host(text);
    if (key == "/proc/cmdline") return scrubbed_command_line(text);
    if (key.ends_with("/daemon.json")) return pseudonyms.text(scrubbed_daemon_settings(text));
    if (key == "/run/.containerenv") return scrubbed_container_note(text);
    if (key == "uname()" || key == "getpwuid()") {
        // Names of two letters are not looked for in text, but here they have their place.
        Readings one;
        one.calls[key] = {text, ""};
        if (auto uname = parsed<calls::Uname>(one, "uname()")) {
            uname->nodename = pseudonyms.host(uname->nodename);
            return calls::to_text(*uname);
        }
        if (auto user = parsed<calls::User>(one, "getpwuid()")) {
            return calls::to_text(calls::User{pseudonyms.user(user->name), pseudonyms.text(user->home)});
        }
    }
    return pseudonyms.text(text, {!is_of_the_system_alone(key), !key.starts_with("checkpoint(")});
}

std::map<std::string, Answer> scrubbed(const std::map<std::string, Answer>& answers, Pseudonyms& pseudonyms) {
    std::map<std::string, Answer> result;
    for (const auto& [key, answer] : answers) {
        Answer& scrubbed = result[scrubbed_key(key, pseudonyms)];
        if (answer.text) scrubbed.text = scrubbed_text(key, *answer.text, pseudonyms);
        scrubbed.because = pseudonyms.text(answer.because);
    }
    return result;
}

std::map<std::string, std::string> scrubbed_documents(const Readings& host, Pseudonyms& pseudonyms) {
    std::map<std::string, std::string> result;
    for (const auto& [kind, text] : host.documents) {
        // NCCL writes GUIDs and the host's hash as numbers.
        std::string scrubbed = text;
        if (kind == "nccl_topology") {
            for (const std::string_view attribute : {" guid=\"0x", " host_hash=\"0x"}) {
                scrubbed = pseudonyms.numbers_after(scrubbed, attribute);
            }
        }
        result[kind] = pseudonyms.text(scrubbed, {kind == "hwloc" || kind == "nvidia_smi", true});
    }
    return result;
}

Readings scrubbed(const Readings& host, Pseudonyms& pseudonyms) {
    return {pseudonyms.host(host.host),
            host.reader,
            host.taken_at,
            pseudonyms.text(host.unreachable_because),
            scrubbed(host.files, pseudonyms),
            scrubbed(host.links, pseudonyms),
            scrubbed(host.listings, pseudonyms),
            scrubbed(host.calls, pseudonyms),
            scrubbed_documents(host, pseudonyms)};
}

PathProbe scrubbed(PathProbe probe, Pseudonyms& pseudonyms) {
    probe.from_host = pseudonyms.host(probe.from_host);
    probe.to_host = pseudonyms.host(probe.to_host);
    probe.from_address = pseudonyms.host(probe.from_address);
    probe.to_address = pseudonyms.host(probe.to_address);
    probe.because = pseudonyms.text(probe.because);
    return probe;
}

}  // namespace

Scrubbed scrub(const Recording& recording) {
    Pseudonyms pseudonyms;
    // Names of the spec first, so that host1 is the head.
    for (const Readings& host : recording.hosts) pseudonyms.learn_host(host.host);
    for (const PathProbe& probe : recording.probes) {
        for (const auto* name : {&probe.from_host, &probe.to_host, &probe.to_address}) pseudonyms.learn_host(*name);
    }
    for (const Readings& host : recording.hosts) learn(host, pseudonyms);
    if (recording.checkpoint) learn_users(recording.checkpoint->path, pseudonyms);

    Scrubbed result;
    for (const Readings& host : recording.hosts) result.recording.hosts.push_back(scrubbed(host, pseudonyms));
    for (const PathProbe& probe : recording.probes) result.recording.probes.push_back(scrubbed(probe, pseudonyms));
    if (recording.checkpoint) {
        // Headers and the index hold names of tensors and files, nothing of the host.
        CheckpointText checkpoint = *recording.checkpoint;
        checkpoint.path = pseudonyms.text(checkpoint.path);
        checkpoint.config = pseudonyms.text(checkpoint.config, {true, false});
        for (ShardText& shard : checkpoint.shards) shard.header.because = pseudonyms.text(shard.header.because);
        result.recording.checkpoint = std::move(checkpoint);
    }
    result.replaced = pseudonyms.counts();
    return result;
}

}  // namespace r1cluster
