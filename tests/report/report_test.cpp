// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/report/report.hpp"

#include "r1cluster/base/json.hpp"
#include "support/catch.hpp"
#include "support/html.hpp"

using namespace r1cluster;
using r1cluster::test::without_alignment;

namespace {

Finding finding(Severity severity, const std::string& subject = "node1") {
    return {"ports.free", severity, subject, "Address already in use", "the port is free", "end the holder", "bind(2)"};
}

Report report_of(std::vector<Severity> severities) {
    Report report;
    for (const Severity severity : severities) report.findings.push_back(finding(severity));
    return report;
}

std::string verdict_of(std::vector<Severity> severities) {
    const std::string text = show(report_of(std::move(severities)));
    return text.substr(0, text.find('\n'));
}

}  // namespace

TEST_CASE("the first line of a report is its verdict", "[report]") {
    using enum Severity;
    CHECK(verdict_of({}) == "ready");
    CHECK(verdict_of({info}) == "ready");
    CHECK(verdict_of({warning}) == "ready with 1 warning");
    CHECK(verdict_of({warning, warning}) == "ready with 1 warning");  // the same, twice
    CHECK(verdict_of({error, unknown}) == "not ready: 1 error, 1 unknown");
    Report two = report_of({unknown, unknown, error, error});
    two.findings[1].expected = two.findings[3].expected = "another port is free";
    CHECK_THAT(show(two), StartsWith("not ready: 2 errors, 2 unknowns\n"));
}

TEST_CASE("unknown is not clean, a warning is", "[report]") {
    using enum Severity;
    CHECK(report_of({warning, info}).is_clean());
    CHECK_FALSE(report_of({unknown}).is_clean());
    CHECK_FALSE(report_of({error}).is_clean());
    CHECK(report_of({error, unknown, error}).count(error) == 2);
}

TEST_CASE("a finding is shown with what was seen, what must hold and what to do", "[report]") {
    Report report = report_of({Severity::error});
    report.checked = {{"ports.free", "the ports are free", 3, 2}, {"host.reached", "every host answers", 0, 0}};
    CHECK(show(report) ==
          "not ready: 1 error\n"
          "\n"
          "error   ports.free  node1\n"
          "    observed  Address already in use\n"
          "    expected  the port is free\n"
          "    remedy    end the holder\n");
    CHECK(show(report, true) ==
          "not ready: 1 error\n"
          "\n"
          "error   ports.free  node1\n"
          "    observed  Address already in use\n"
          "    expected  the port is free\n"
          "    remedy    end the holder\n"
          "    source    bind(2)\n"
          "\n"
          "checked (passed of all subjects)\n"
          "  ports.free    2 of 3      the ports are free\n"
          "  host.reached  no subject  every host answers\n");
}

TEST_CASE("the same finding about several hosts is shown once", "[report]") {
    Report report;
    report.findings = {finding(Severity::error, "node1"), finding(Severity::error, "node2")};
    report.findings.push_back(finding(Severity::warning, "node3"));
    const std::string text = show(report);
    CHECK_THAT(text, ContainsSubstring("error   ports.free  node1, node2\n"));
    CHECK_THAT(text, ContainsSubstring("warning ports.free  node3\n"));
    CHECK_THAT(text, StartsWith("not ready: 1 error, 1 warning"));
}

TEST_CASE("what differs between hosts is said for each host", "[report]") {
    Report report;
    report.findings = {finding(Severity::error, "node1"), finding(Severity::error, "node2")};
    report.findings[1].remedy = "end the other holder";
    CHECK(show(report) ==
          "not ready: 1 error\n"
          "\n"
          "error   ports.free  node1, node2\n"
          "    observed  Address already in use\n"
          "    expected  the port is free\n"
          "    remedy    node1: end the holder\n"
          "              node2: end the other holder\n");
    CHECK_THAT(show_html(report), ContainsSubstring("node1: end the holder; node2: end the other holder"));
}

TEST_CASE("text of a host cannot steer the terminal", "[report]") {
    Report report = report_of({Severity::error});
    report.findings[0].observed = "red\x1b[31m\nready";
    CHECK_THAT(show(report), ContainsSubstring("observed  red [31m ready\n"));
}

TEST_CASE("a report in HTML escapes what it shows", "[report]") {
    Report report = report_of({Severity::warning});
    report.findings[0].subject = "<b>&\"'";
    CHECK_THAT(show_html(report), ContainsSubstring("<td style=\"text-align:left\">end the holder</td>"));
    CHECK(without_alignment(show_html(report)) ==
          "<p><strong>ready with 1 warning</strong></p>\n"
          "<table>\n<tr><th>severity</th><th>rule</th><th>subject</th><th>observed</th><th>expected</th><th>remedy</th>"
          "</tr>\n"
          "<tr><td>warning</td><td>ports.free</td><td>&lt;b&gt;&amp;&quot;&#39;</td><td>Address already in use</td>"
          "<td>the port is free</td><td>end the holder</td></tr>\n</table>\n");
    CHECK(show_html(Report{}) == "<p><strong>ready</strong></p>\n");
}

TEST_CASE("merged reports keep the order of severity and add up the rules", "[report]") {
    Report first, second;
    first.findings = {finding(Severity::error, "a"), finding(Severity::warning, "b")};
    first.checked = {{"x", "x holds", 2, 1}, {"y", "y holds", 1, 1}};
    second.findings = {finding(Severity::error, "c"), finding(Severity::unknown, "d")};
    second.checked = {{"z", "z holds", 1, 0}, {"x", "x holds", 3, 3}};
    Report expected;
    expected.findings = {finding(Severity::error, "a"), finding(Severity::error, "c"), finding(Severity::warning, "b"),
                         finding(Severity::unknown, "d")};
    expected.checked = {{"x", "x holds", 5, 4}, {"y", "y holds", 1, 1}, {"z", "z holds", 1, 0}};
    CHECK(merge(first, second) == expected);
    CHECK(merge(first, Report{}) == first);
}

TEST_CASE("a report as JSON reads back as the same report", "[report]") {
    Report report = report_of({Severity::error, Severity::warning, Severity::unknown, Severity::info});
    report.checked = {{"ports.free", "the ports are free", 3, 2}};
    CHECK(from_json<Report>(to_json(report)) == report);
}
