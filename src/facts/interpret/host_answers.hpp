// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "r1cluster/facts/cluster.hpp"
#include "readings/calls.hpp"

namespace r1cluster::detail {

/// What a Gap is about: the key that code looks up, and the words for people.
struct Topic {
    std::string key, subject;
};

/// Why there is no answer.
struct Reason {
    std::string text;
    std::optional<ReasonCode> code;

    Reason(std::string words) : text(std::move(words)) {}  // NOLINT(google-explicit-constructor)
    Reason(const char* words) : text(words) {}             // NOLINT(google-explicit-constructor)
    Reason(std::string words, std::optional<ReasonCode> its_code) : text(std::move(words)), code(its_code) {}
};

/// What one host said, looked up; what it did not say becomes a Gap of the machine.
class HostAnswers {
public:
    HostAnswers(const Readings& readings, Machine& machine) : readings_(readings), machine_(machine) {}

    const Readings& readings() const { return readings_; }
    Machine& machine() { return machine_; }

    /// The text without the line end; nullopt where there is none, whatever the reason.
    std::optional<std::string> file(const std::string& path) const { return text(readings_.files, path); }
    std::optional<std::string> link(const std::string& path) const { return text(readings_.links, path); }
    std::optional<std::string> call(const std::string& call) const { return text(readings_.calls, call); }
    /// Names of a listing.
    std::vector<std::string> names(const std::string& path) const;
    /// Why there is no such text: the host's reason, or that it was not asked.
    Reason why_no_file(const std::string& path) const { return why(readings_.files, path); }
    Reason why_no_call(const std::string& call) const { return why(readings_.calls, call); }
    Reason why_no_listing(const std::string& path) const { return why(readings_.listings, path); }

    /// A call with a JSON answer. Malformed: a gap about `topic`, and nullopt.
    template <class Shape>
    std::optional<Shape> shaped(const std::string& name, const Topic& topic) {
        const auto answer = call(name);
        if (!answer) return std::nullopt;
        try {
            return calls::parse<Shape>(*answer, name);
        } catch (const Error& error) {
            gap(topic, error.what(), "read the host again with this version of r1cluster");
            return std::nullopt;
        }
    }

    void gap(Topic topic, Reason reason, std::string remedy = "") {
        machine_.gaps.push_back(
            {std::move(topic.key), std::move(topic.subject), std::move(reason.text), std::move(remedy), reason.code});
    }

private:
    using Answers = std::map<std::string, Answer>;
    static std::optional<std::string> text(const Answers& answers, const std::string& key);
    static Reason why(const Answers& answers, const std::string& key);

    const Readings& readings_;
    Machine& machine_;
};

/// Parts of interpret(), in the order in which they are shown.
void interpret_system(HostAnswers& answers);
void interpret_limits(HostAnswers& answers);
void interpret_container(HostAnswers& answers);
void interpret_network(HostAnswers& answers);
void interpret_network_tables(HostAnswers& answers);  ///< part of the former
void interpret_pci(HostAnswers& answers);
void interpret_hcas(HostAnswers& answers);
void interpret_firewalls(HostAnswers& answers);
void interpret_services(HostAnswers& answers);  ///< after the firewalls, of which firewalld is a service
void interpret_software(HostAnswers& answers);
void interpret_containers(HostAnswers& answers);
void interpret_filesystems(HostAnswers& answers);
void interpret_gpus(HostAnswers& answers);
/// After GPUs and HCAs: without both, nothing is missing.
void interpret_gpudirect(HostAnswers& answers, const Knowledge& knowledge);
void interpret_image(HostAnswers& answers);
void interpret_engine(HostAnswers& answers);
void interpret_checkpoint(HostAnswers& answers);

/// Why there is no answer to what nobody asked: "\"/sys/class/net\" was not read".
Reason was_not_read(const std::string& key);
/// Why an answer has no text, without the name of what was asked.
Reason reason_of(const Answer& answer);

/// "gpu.0.mig", "MIG mode of GPU 0"
Topic gpu_topic(int gpu, std::string_view key, std::string_view what);

/// "1:580.65.06-1ubuntu1" of a Debian package -> "580.65.06"
std::string upstream_version(const std::string& version);

/// "route(10.0.0.2)" -> "10.0.0.2"; nullopt where `call` is of another function.
std::optional<std::string> argument_of(const std::string& call, std::string_view function);

}  // namespace r1cluster::detail
