// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/diagnose/diagnose.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/note_of_cut.hpp"
#include "diagnose/log_text.hpp"

namespace r1cluster {
namespace {

using detail::LogLine;
using knowledge::LogPlace;
using knowledge::Signature;

constexpr std::size_t max_quote_bytes = 400;

/// The first line of one log that fits one id, or (signature nullptr) its last error that nothing fits.
struct Hit {
    const Signature* signature = nullptr;
    std::size_t log = 0;
    LogLine line;
    int times = 1;
};

struct Scan {
    std::vector<const Signature*> signatures;
    std::vector<Hit> hits;
    std::vector<Hit> unknown;
    std::map<std::size_t, std::string> cut;  ///< logs of which a part was not looked at, and what is missing
};

const Signature* signature_of(const Scan& scan, const LogLine& line) {
    for (const Signature* signature : scan.signatures) {
        const auto is_in_line = [&](std::string_view part) { return line.message.find(part) != std::string::npos; };
        if (std::ranges::all_of(signature->parts, is_in_line)) return signature;
    }
    return nullptr;
}

// "ValueError: ...", "torch.distributed.DistBackendError: ...", "error: ...".
bool names_an_error(const std::string& message) {
    const std::size_t colon = message.find(": ");
    const std::string_view word = std::string_view(message).substr(0, colon);
    if (colon == std::string::npos || word.find(' ') != std::string_view::npos) {
        return message.starts_with("Fatal ") || message.find(" NCCL WARN ") != std::string::npos;
    }
    return word.ends_with("Error") || word.ends_with("Exception") || word == "error" || word == "fatal";
}

// A traceback's own lines say less than the error that ends it.
void scan_log(Scan& scan, std::size_t index, const EngineLog& log) {
    const std::size_t first_hit = scan.hits.size();
    Hit unknown{.signature = nullptr, .log = index, .line = {}, .times = 0};
    const bool is_cut = detail::for_each_line(log.text, [&](const LogLine& line) {
        if (detail::is_note_of_cut(line.text)) scan.cut.emplace(index, line.text);
        if (line.is_routine || line.text.find(" NCCL INFO ") != std::string::npos) return;
        const Signature* signature = signature_of(scan, line);
        if (!signature) {
            if (names_an_error(line.message))
                unknown = {.signature = nullptr, .log = index, .line = line, .times = unknown.times + 1};
            return;
        }
        const auto known = std::find_if(scan.hits.begin() + static_cast<std::ptrdiff_t>(first_hit), scan.hits.end(),
                                        [&](const Hit& hit) { return hit.signature->id == signature->id; });
        if (known != scan.hits.end()) {
            ++known->times;
        } else {
            scan.hits.push_back({.signature = signature, .log = index, .line = line, .times = 1});
        }
    });
    if (unknown.times > 0) scan.unknown.push_back(std::move(unknown));
    if (is_cut) scan.cut.emplace(index, "only its first and last 4 MiB were looked at");
}

// Clocks of hosts differ little against the minutes of a start; a log without times comes last.
auto when(const Hit& hit) { return std::tuple(hit.line.time.empty(), hit.line.time, hit.log, hit.line.number); }

std::string subject(const EngineLog& log) { return log.process.empty() ? log.host : log.host + " " + log.process; }

Finding finding_of(const Hit& hit, const EngineLog& log, Severity severity) {
    std::string quote = hit.line.message.substr(0, max_quote_bytes);
    if (quote.size() < hit.line.message.size()) quote += "...";
    std::string observed = fmt::format("line {}: {}", hit.line.number, quote);
    if (hit.times > 1) observed += fmt::format(" (and {} more like it)", hit.times - 1);
    if (!hit.signature) {
        return {.id = "log.unknown_error",
                .severity = severity,
                .subject = subject(log),
                .observed = observed,
                .expected = "no error that this version of r1cluster does not know",
                .remedy = "read the log from this line upwards; a recording of it makes this failure known",
                .source = "docs/diagnose.md"};
    }
    return {.id = hit.signature->id,
            .severity = severity,
            .subject = subject(log),
            .observed = observed,
            .expected = hit.signature->requirement,
            .remedy = hit.signature->remedy,
            .source = hit.signature->source};
}

void add_checked(Report& report, const Scan& scan, std::size_t logs) {
    std::set<std::string_view> seen;
    for (const Signature* signature : scan.signatures) {
        if (!seen.insert(signature->id).second) continue;
        const auto with_it =
            std::ranges::count_if(scan.hits, [&](const Hit& hit) { return hit.signature->id == signature->id; });
        report.checked.push_back({.id = signature->id,
                                  .requirement = signature->requirement,
                                  .subjects = static_cast<int>(logs),
                                  .passed = static_cast<int>(logs) - static_cast<int>(with_it)});
    }
}

}  // namespace

Report diagnose(const std::vector<EngineLog>& logs, const Knowledge& knowledge) {
    Scan scan;
    scan.signatures = knowledge.signatures_in_order();
    std::size_t looked_at = 0;
    for (std::size_t i = 0; i < logs.size(); ++i) {
        if (logs[i].text.empty()) continue;
        ++looked_at;
        scan_log(scan, i, logs[i]);
    }
    Report report;
    add_checked(report, scan, looked_at);
    if (looked_at == 0) {
        report.findings.push_back({.id = "log.empty",
                                   .severity = Severity::unknown,
                                   .subject = "logs",
                                   .observed = "there is nothing in the logs",
                                   .expected = "the engine's output",
                                   .remedy = "look at the deployment's status: its processes may never have started",
                                   .source = "docs/diagnose.md"});
        return report;
    }
    // Only what stands nearest to the beginning is the failure; the rest followed from it.
    std::vector<Hit> order = std::move(scan.hits);
    const bool has_beginning =
        std::ranges::any_of(order, [](const Hit& hit) { return hit.signature->place != LogPlace::consequence; });
    if (!has_beginning) order.insert(order.end(), scan.unknown.begin(), scan.unknown.end());
    const auto place = [](const Hit& hit) { return hit.signature ? hit.signature->place : LogPlace::cause; };
    std::ranges::sort(
        order, [&](const Hit& a, const Hit& b) { return std::pair(place(a), when(a)) < std::pair(place(b), when(b)); });
    for (const Hit& hit : order) {
        const Severity severity = place(hit) == place(order.front()) ? Severity::error : Severity::info;
        report.findings.push_back(finding_of(hit, logs[hit.log], severity));
    }
    for (const auto& [index, missing] : scan.cut) {
        report.findings.push_back({.id = "log.cut",
                                   .severity = Severity::info,
                                   .subject = subject(logs[index]),
                                   .observed = "a part of the log was not looked at: " + missing,
                                   .expected = "logs short enough to be read whole",
                                   .remedy = "read the whole log: \"r1cluster logs -n 0\"",
                                   .source = "docs/diagnose.md"});
    }
    return report;
}

}  // namespace r1cluster
