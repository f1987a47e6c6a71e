// SPDX-License-Identifier: Apache-2.0
// Input: parts, each the log of one process.
#include <algorithm>

#include "fuzz/parts.hpp"
#include "fuzz/targets.hpp"
#include "r1cluster/base/json.hpp"
#include "r1cluster/diagnose/diagnose.hpp"
#include "r1cluster/memory/memory.hpp"

namespace r1cluster::fuzz {
namespace {

bool is_printable(const std::string& text) {
    return std::none_of(text.begin(), text.end(),
                        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace

void engine_log(std::string_view bytes) {
    std::vector<EngineLog> logs;
    for (const std::string_view text : parts(bytes)) {
        logs.push_back({"node" + std::to_string(logs.size()), "head", std::string(text)});
    }
    const Report report = diagnose(logs);
    expect(report.findings.size() <= logs.size() * (report.checked.size() + 2) + 1,
           "findings are bounded by the rules");
    for (const Finding& finding : report.findings) {
        expect(finding.observed.size() < 1000, "a quote is bounded");
        expect(is_printable(finding.observed), "a quote cannot drive a terminal");
    }
    for (const CheckedRule& rule : report.checked) {
        expect(rule.passed >= 0 && rule.passed <= rule.subjects, "a rule passes for those that it looked at");
    }
    expect(!show(report, true).empty() && !show_html(report).empty(), "a report can be shown");
    const std::string text = to_json(report);  // which is UTF-8, whatever the log holds
    expect(to_json(from_json<Report>(text)) == text, "a report survives its JSON form");
    const Calibration calibration = parse_calibration(bytes, "log");
    for (const RankCalibration& rank : calibration.ranks) expect(rank.rank >= 0, "a rank is counted from 0");
    expect(from_json<Calibration>(to_json(calibration)) == calibration, "a calibration survives its JSON form");
    const auto used = find_transports(logs);
    expect(used.size() <= bytes.size(), "transports are bounded by the log");
    for (const TransportUse& use : used) {
        expect(use.channels > 0 && !use.transport.empty() && use.transport.size() <= 40,
               "a transport has a short name and a count");
    }
}

}  // namespace r1cluster::fuzz
