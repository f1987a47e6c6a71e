// SPDX-License-Identifier: Apache-2.0
#include "views/svg_canvas.hpp"

#include <fmt/format.h>

#include "base/html.hpp"
#include "views/tree.hpp"

namespace r1cluster::detail {
namespace {

/// Advance widths of DejaVu Sans in hundredths of its size, from ' ' to '~'.
constexpr unsigned char advances[] = {32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36,  32, 34, 64, 64, 64,
                                      64, 64, 64, 64, 64, 64, 64, 34, 34, 84, 84, 84, 53, 100, 68, 69, 70, 77, 63,
                                      58, 77, 75, 29, 29, 66, 56, 86, 75, 79, 60, 79, 69, 63,  61, 73, 68, 99, 69,
                                      61, 69, 39, 34, 39, 84, 50, 50, 61, 63, 55, 63, 62, 35,  63, 63, 28, 28, 58,
                                      28, 97, 63, 61, 63, 63, 41, 52, 39, 63, 59, 82, 59, 59,  52, 64, 34, 64, 84};

double share_of_size(unsigned char c) {
    if (c == 0xC2) return 0.6;                            // Latin-1, among it the middle dot
    if (c >= 0x80) return (c & 0xC0U) == 0x80 ? 0 : 1.0;  // one character, of unknown width
    return c >= ' ' && c <= '~' ? advances[c - ' '] / 100.0 : 1.0;
}

std::string attributes(const Look& look) {
    std::string text =
        fmt::format(R"( fill="{}" stroke="{}" stroke-width="{:g}")", look.fill, look.stroke, look.stroke_width);
    if (look.radius > 0) text += fmt::format(R"( rx="{:g}")", look.radius);
    if (!look.dashes.empty()) text += fmt::format(R"( stroke-dasharray="{}")", look.dashes);
    return text;
}

std::string closed(std::string_view element, std::string_view tooltip) {
    return tooltip.empty() ? "/>\n" : fmt::format("><title>{}</title></{}>\n", html_escaped(tooltip), element);
}

}  // namespace

double text_width(std::string_view text, const Font& font) {
    double width = 0;
    for (const char c : text) width += share_of_size(static_cast<unsigned char>(c));
    return width * font.size * (font.is_bold ? 1.15 : 1.0);
}

std::string fitted(std::string_view text, double width, const Font& font) {
    if (text_width(text, font) <= width) return std::string(text);
    const double ellipsis = text_width("…", font);
    while (!text.empty() && text_width(text, font) + ellipsis > width) {
        do text.remove_suffix(1);
        while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0x80U) != 0);
    }
    while (text.ends_with(' ') || text.ends_with(',')) text.remove_suffix(1);
    return std::string(text) + "…";
}

std::vector<std::string> wrapped_to(const std::string& text, double width, const Font& font, std::size_t most) {
    std::vector<std::string> lines{""};
    std::string_view rest = text;
    while (!rest.empty()) {
        const std::string_view word = rest.substr(0, rest.find(' '));
        const std::string longer = lines.back() + (lines.back().empty() ? "" : " ") + std::string(word);
        if (lines.back().empty() || text_width(longer, font) <= width) {
            lines.back() = longer;
        } else if (lines.size() == most) {
            lines.back() = fitted(lines.back() + " " + std::string(rest), width, font);
            return lines;
        } else {
            lines.emplace_back(word);
        }
        rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    }
    for (std::string& line : lines) line = fitted(line, width, font);
    return lines;
}

void Canvas::rect(Layer layer, std::string_view kind, const Rect& rect, const Look& look, std::string_view tooltip) {
    layers_[layer] += fmt::format(R"(<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"{}{})", kind,
                                  rect.x, rect.y, rect.width, rect.height, attributes(look), closed("rect", tooltip));
}

void Canvas::path(std::string_view kind, const std::string& d, const Look& look, std::string_view tooltip) {
    layers_[lines] += fmt::format(R"(<path class="{}" d="{}"{}{})", kind, d, attributes(look), closed("path", tooltip));
}

void Canvas::line(std::string_view kind, double x1, double y1, double x2, double y2, const Look& look) {
    layers_[lines] += fmt::format(R"(<line class="{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"{}{})", kind, x1,
                                  y1, x2, y2, attributes(look), closed("line", ""));
}

void Canvas::text(double x, double y, double width, std::string_view text, const Font& font) {
    const std::string shown = fitted(text, width, font);
    layers_[front] += fmt::format(R"(<text x="{:.1f}" y="{:.1f}" font-size="{:g}"{}{} fill="{}">{}</text>)", x, y,
                                  font.size, font.is_bold ? R"( font-weight="bold")" : "",
                                  font.anchor == "start" ? "" : fmt::format(R"( text-anchor="{}")", font.anchor),
                                  font.fill, html_escaped(shown)) +
                      "\n";
}

std::string Canvas::svg(double width, double height, std::string_view title) const {
    // No wider than the page: notebooks show an image of a fixed width cut off.
    return fmt::format(R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0:.0f} {1:.0f}" width="100%" )"
                       R"(style="max-width:{0:.0f}px" font-family="Helvetica, Arial, 'DejaVu Sans', sans-serif">)"
                       "\n<title>{2}</title>\n"
                       R"(<rect class="paper" x="0" y="0" width="{0:.0f}" height="{1:.0f}" fill="#ffffff"/>)"
                       "\n{3}{4}{5}</svg>\n",
                       width, height, html_escaped(title), layers_[back], layers_[lines], layers_[front]);
}

}  // namespace r1cluster::detail
