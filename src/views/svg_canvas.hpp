// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace r1cluster::detail {

struct Rect {
    double x = 0, y = 0, width = 0, height = 0;
    double right() const { return x + width; }
    double bottom() const { return y + height; }
    double middle() const { return x + width / 2; }
    bool operator==(const Rect&) const = default;
};

/// How a shape is drawn. Colours are told apart by people who see none of red and green, or by shape and dashes.
struct Look {
    std::string_view fill = "none";
    std::string_view stroke = "none";
    double stroke_width = 1;
    double radius = 0;
    std::string_view dashes = "";
};

struct Font {
    double size = 11;
    bool is_bold = false;
    std::string_view fill = "#1f2328";
    std::string_view anchor = "start";
};

/// Width of a text in pixels, from above: by the widths of DejaVu Sans, the widest font that browsers put for ours.
double text_width(std::string_view text, const Font& font);
/// The text, cut with an ellipsis where it is wider.
std::string fitted(std::string_view text, double width, const Font& font);
/// The text in at most `most` lines, broken at spaces; the last one ends with an ellipsis where that is not enough.
std::vector<std::string> wrapped_to(const std::string& text, double width, const Font& font, std::size_t most);

/// Shapes in layers, so that lines run over panels and under boxes in whatever order they are found.
class Canvas {
public:
    enum Layer { back, lines, front };

    /// `kind` becomes the class of the element: "panel", "device", "bar".
    void rect(Layer layer, std::string_view kind, const Rect& rect, const Look& look, std::string_view tooltip = "");
    /// A polyline or curve, as the `d` of a path.
    void path(std::string_view kind, const std::string& d, const Look& look, std::string_view tooltip = "");
    void line(std::string_view kind, double x1, double y1, double x2, double y2, const Look& look);
    /// `y` is the base line. Cut to `width`.
    void text(double x, double y, double width, std::string_view text, const Font& font);

    std::string svg(double width, double height, std::string_view title) const;

private:
    std::string layers_[3];
};

}  // namespace r1cluster::detail
