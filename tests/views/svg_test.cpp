// SPDX-License-Identifier: Apache-2.0
// The picture, checked by its rectangles: nothing overlaps, nothing sticks out, no text is wider than its box.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <pugixml.hpp>

#include "r1cluster/views/views.hpp"
#include "support/catch.hpp"
#include "views/views_machines.hpp"

using namespace r1cluster;

namespace {

struct Element {
    std::string name, text;
    std::map<std::string, std::string> attributes;
    double number(const std::string& key) const { return std::stod(attributes.at(key)); }
};

void add_elements(const pugi::xml_node& parent, std::vector<Element>& elements) {
    for (const pugi::xml_node node : parent.children()) {
        if (node.type() != pugi::node_element) continue;
        Element element{node.name(), node.text().get(), {}};
        for (const pugi::xml_attribute attribute : node.attributes())
            element.attributes[attribute.name()] = attribute.value();
        elements.push_back(element);
        add_elements(node, elements);
    }
}

/// Elements of a well-formed document, each before those in it; a REQUIRE fails where the document is none.
std::vector<Element> elements_of(const std::string& svg) {
    pugi::xml_document document;
    const pugi::xml_parse_result parsed = document.load_buffer(svg.data(), svg.size());
    INFO(parsed.description() << " at byte " << parsed.offset);
    REQUIRE(parsed);
    std::vector<Element> elements;
    add_elements(document, elements);
    return elements;
}

struct Box {
    std::string kind;
    double x, y, right, bottom;
    bool contains(double px, double py) const { return x <= px && px <= right && y <= py && py <= bottom; }
    bool overlaps(const Box& other) const {
        return x < other.right - 0.15 && other.x < right - 0.15 && y < other.bottom - 0.15 && other.y < bottom - 0.15;
    }
    bool is_within(const Box& other) const {
        return other.contains(x + 0.1, y + 0.1) && other.contains(right - 0.1, bottom - 0.1);
    }
};

std::vector<Box> boxes_of(const std::vector<Element>& elements) {
    std::vector<Box> boxes;
    for (const Element& element : elements) {
        if (element.name != "rect") continue;
        const double x = element.number("x"), y = element.number("y");
        boxes.push_back(
            {element.attributes.at("class"), x, y, x + element.number("width"), y + element.number("height")});
    }
    return boxes;
}

/// Of UTF-8.
std::size_t characters(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

std::size_t count_of(const std::vector<Box>& boxes, const std::string& kind) {
    return static_cast<std::size_t>(
        std::count_if(boxes.begin(), boxes.end(), [&](const Box& box) { return box.kind == kind; }));
}

/// What is wrong with the picture; empty: nothing.
std::vector<std::string> flaws_of(const std::string& svg) {
    const std::vector<Element> elements = elements_of(svg);
    const std::vector<Box> boxes = boxes_of(elements);
    std::vector<std::string> flaws;
    const auto named = [](const Box& box) { return fmt::format("{} at {:.0f},{:.0f}", box.kind, box.x, box.y); };
    const auto is_solid = [](const Box& box) {
        return box.kind == "device" || box.kind == "bar" || box.kind == "cpu" || box.kind == "nvswitch" ||
               box.kind == "legend";
    };
    for (std::size_t a = 0; a < boxes.size(); ++a) {
        if (!boxes[a].is_within(boxes.front())) flaws.push_back(named(boxes[a]) + " leaves the paper");
        bool has_panel = false;
        for (std::size_t b = 0; b < boxes.size(); ++b) {
            has_panel = has_panel || (boxes[b].kind == "panel" && boxes[a].is_within(boxes[b]));
            const bool are_siblings =
                (is_solid(boxes[a]) && is_solid(boxes[b])) || (boxes[a].kind == "panel" && boxes[b].kind == "panel");
            if (a < b && are_siblings && boxes[a].overlaps(boxes[b]))
                flaws.push_back(named(boxes[a]) + " overlaps " + named(boxes[b]));
        }
        if (!has_panel && (boxes[a].kind == "device" || boxes[a].kind == "bar" || boxes[a].kind == "cpu"))
            flaws.push_back(named(boxes[a]) + " is in no panel");
    }
    for (const Element& element : elements) {
        if (element.name != "text") continue;
        // Proportional fonts need more than half of their size for a character on the average.
        const double width = 0.5 * element.number("font-size") * static_cast<double>(characters(element.text));
        const std::string anchor =
            element.attributes.count("text-anchor") ? element.attributes.at("text-anchor") : "start";
        const double left = element.number("x") - (anchor == "middle" ? width / 2 : anchor == "end" ? width : 0);
        const Box* innermost = nullptr;
        for (const Box& box : boxes) {
            if (box.contains(left, element.number("y"))) innermost = &box;
        }
        if (!innermost || left + width > innermost->right)
            flaws.push_back("\"" + element.text + "\" is wider than its box");
    }
    return flaws;
}

/// 8 GPUs below switches that are below switches, as in DGX A100.
Machine nested_machine() {
    Machine machine = machine_of(8, 8, 2, 2);
    for (int i = 0; i < 4; ++i) {
        PciDevice above;
        above.address = fmt::format("0000:{:02x}:01.0", 0x80 + i / 2);
        above.parent = fmt::format("pci0000:{:02x}", 0x80 + i / 2);
        above.kind = PciKind::bridge;
        above.numa_node = i / 2;
        machine.pci_devices[static_cast<std::size_t>(i)].parent = above.address;
        if (i % 2 == 0) machine.pci_devices.push_back(above);
    }
    return machine;
}

}  // namespace

TEST_CASE("no picture of 0 to 16 GPUs and 0 to 34 HCAs has boxes that overlap or text that sticks out", "[views]") {
    for (int gpus = 0; gpus <= 16; ++gpus) {
        for (const int hcas : {0, 1, 8, 10, 34}) {
            for (const int nodes : {0, 2}) {
                for (const int per_switch : {0, 1, 4}) {
                    const Machine machine = machine_of(gpus, hcas, nodes, per_switch);
                    INFO(machine.host);
                    const std::string svg = to_svg(machine);
                    CHECK(flaws_of(svg) == std::vector<std::string>{});
                    CHECK(count_of(boxes_of(elements_of(svg)), "device") == static_cast<std::size_t>(gpus + hcas));
                }
            }
        }
    }
}

TEST_CASE("no picture of a real kind of machine has boxes that overlap or text that sticks out", "[views]") {
    for (const Machine& machine :
         {h100_machine(), broken_h100_machine(), h200_vm(), t4_machine(), cpu_machine(), nested_machine(), Machine{}}) {
        INFO(machine.host);
        CHECK(flaws_of(to_svg(machine)) == std::vector<std::string>{});
    }
}

TEST_CASE("a picture holds each GPU, HCA, switch and NUMA node once", "[views]") {
    const auto boxes = boxes_of(elements_of(to_svg(h100_machine())));
    CHECK(count_of(boxes, "device") == 8 + 10 + 8);  // GPUs, HCAs, disks
    CHECK(count_of(boxes, "bar") == 8 + 2);          // switches, and host bridges of what is on none
    CHECK(count_of(boxes, "cpu") == 2);
    CHECK(count_of(boxes, "nvswitch") == 1);
    const auto nested = boxes_of(elements_of(to_svg(nested_machine())));
    CHECK(count_of(nested, "bar") == 4 + 2);
}

TEST_CASE("a picture of 8 GPUs and 10 HCAs is not much wider than 1400", "[views]") {
    const auto boxes = boxes_of(elements_of(to_svg(h100_machine())));
    CHECK(boxes.front().right <= 1600);
    CHECK(boxes.front().bottom <= 900);
}

TEST_CASE("what is wrong is red, and says why", "[views]") {
    const auto red = [](const Machine& machine) {
        std::vector<std::string> tooltips;
        for (const auto& elements = elements_of(to_svg(machine)); const Element& element : elements) {
            const auto stroke = element.attributes.find("stroke");
            if (element.name == "rect" && element.attributes.at("class") == "device" && stroke->second == "#c62828") {
                tooltips.push_back(element.attributes.at("fill"));
            }
        }
        return tooltips;
    };
    CHECK(red(h100_machine()).empty());
    CHECK(red(broken_h100_machine()) == std::vector<std::string>(3, "#fde5e3"));
    const std::string svg = to_svg(broken_h100_machine());
    CHECK_THAT(svg, ContainsSubstring(">gpu3: PCIe link at 8 of 16 lanes → reseat the card or its riser</text>"));
    CHECK_THAT(svg, ContainsSubstring(">17 of 18</text>"));
    CHECK_THAT(svg, ContainsSubstring(">Gen5 x8 of x16</text>"));
}

TEST_CASE("NVLinks to a far end that is hidden lead to a hidden NVSwitch", "[views]") {
    const std::string svg = to_svg(h200_vm());
    CHECK_THAT(svg, ContainsSubstring(">NVSwitch (hidden from this machine)</text>"));
    CHECK_THAT(svg, ContainsSubstring(">18 x NVLink 4</text>"));
    CHECK_THAT(svg, ContainsSubstring(">NUMA node of these devices not known</text>"));
    CHECK_THAT(to_svg(h100_machine()), ContainsSubstring(">4 x NVSwitch</text>"));
}

TEST_CASE("NVLinks from GPU to GPU are curves with their count", "[views]") {
    Machine machine = machine_of(2, 0, 1, 2);
    for (std::size_t i : {0U, 1U}) {
        machine.gpus[i].nvlinks.resize(4);
        for (NvLink& link : machine.gpus[i].nvlinks) {
            link.remote = NvLinkEnd::gpu;
            link.version = 5;
            link.remote_pci_address = machine.gpus[1 - i].pci_address;
        }
    }
    const std::string svg = to_svg(machine);
    CHECK_THAT(svg, ContainsSubstring("<path class=\"nvlink\""));
    CHECK_THAT(svg, ContainsSubstring(">4 x NVLink 3</text>"));
    CHECK_THAT(svg, !ContainsSubstring("NVSwitch"));
}

TEST_CASE("nothing that a host says becomes markup of the picture", "[views]") {
    Machine machine = broken_h100_machine();
    machine.host = "</svg><script>";
    machine.cpu.model = "\"><&'\x01\xff";
    machine.problems[0].because = "<b>" + std::string(5000, 'x');
    const std::string svg = to_svg(machine);
    CHECK_THAT(svg, !ContainsSubstring("<script"));
    CHECK_THAT(svg, !ContainsSubstring("<b>"));
    CHECK(flaws_of(svg) == std::vector<std::string>{});
}

TEST_CASE("a document whose bridges are each other's parents is drawn all the same", "[views]") {
    Machine machine = machine_of(2, 0, 0, 1);
    machine.pci_devices[0].parent = machine.pci_devices[1].address;
    machine.pci_devices[1].parent = machine.pci_devices[0].address;
    machine.pci_devices.push_back(machine.pci_devices[0]);
    CHECK(flaws_of(to_svg(machine)) == std::vector<std::string>{});
    CHECK_THAT(to_svg(machine), ContainsSubstring(">PCIe place not known</text>"));
}
