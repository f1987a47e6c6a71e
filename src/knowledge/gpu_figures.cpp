// SPDX-License-Identifier: Apache-2.0
#include "knowledge/gpu_figures.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace r1cluster::knowledge {
namespace {

// The first row whose words are all in the name counts, so that the special stand before the general. Rates that a
// data sheet gives with sparsity are halved, NVLink rates that it gives for both directions too.
constexpr std::array rows{
    GpuFigures{"T4", 320, 0, 65, 0, 130, 0, 3, "7.5", "NVIDIA T4 Tensor Core GPU data sheet and product brief"},
    GpuFigures{"V100 PCIE", 900, 0, 112, 0, 62, 0, 3, "7.0", "NVIDIA V100 data sheet"},
    GpuFigures{"V100", 900, 0, 125, 0, 62, 150, 3, "7.0", "NVIDIA V100 data sheet, SXM2"},
    GpuFigures{"A10G", 600, 70, 70, 0, 140, 0, 4, "8.6", "Amazon EC2 G5 instances, NVIDIA A10G"},
    GpuFigures{"A10", 600, 125, 125, 0, 250, 0, 4, "8.6", "NVIDIA A10 data sheet"},
    GpuFigures{"A30", 933, 165, 165, 0, 330, 100, 4, "8.0", "NVIDIA A30 data sheet"},
    GpuFigures{"A40", 696, 149.7, 149.7, 0, 299.3, 56.25, 4, "8.6", "NVIDIA A40 data sheet; bridge between pairs"},
    GpuFigures{"A6000", 768, 154.8, 154.8, 0, 309.7, 56.25, 4, "8.6", "NVIDIA RTX A6000 data sheet; bridge"},
    GpuFigures{"A100 PCIE 40GB", 1555, 312, 312, 0, 624, 300, 4, "8.0", "NVIDIA A100 data sheet; bridge"},
    GpuFigures{"A100 PCIE", 1935, 312, 312, 0, 624, 300, 4, "8.0", "NVIDIA A100 80GB data sheet; bridge"},
    GpuFigures{"A100 40GB", 1555, 312, 312, 0, 624, 300, 4, "8.0", "NVIDIA A100 data sheet, SXM4"},
    GpuFigures{"A100", 2039, 312, 312, 0, 624, 300, 4, "8.0", "NVIDIA A100 80GB data sheet, SXM4"},
    GpuFigures{"A800 PCIE", 1935, 312, 312, 0, 624, 200, 4, "8.0", "NVIDIA A800 80GB data sheet; bridge"},
    GpuFigures{"A800", 2039, 312, 312, 0, 624, 200, 4, "8.0", "NVIDIA A800 80GB data sheet, SXM4"},
    GpuFigures{"L4", 300, 121, 121, 242, 242, 0, 4, "8.9", "NVIDIA L4 data sheet"},
    GpuFigures{"L40S", 864, 362, 362, 733, 733, 0, 4, "8.9", "NVIDIA L40S data sheet"},
    GpuFigures{"L40", 864, 181, 181, 362, 362, 0, 4, "8.9", "NVIDIA L40 data sheet"},
    GpuFigures{"4090", 1008, 165.2, 165.2, 330.3, 660.6, 0, 4, "8.9",
               "NVIDIA Ada GPU architecture, appendix A; FP32 accumulation"},
    GpuFigures{"5090", 1792, 209.5, 209.5, 419, 838, 0, 5, "12.0",
               "NVIDIA RTX Blackwell GPU architecture, appendix A; FP32 accumulation"},
    GpuFigures{"H20 3E", 4800, 148, 148, 296, 296, 450, 5, "9.0", "NVIDIA H20 product brief, 141 GB"},
    GpuFigures{"H20", 4000, 148, 148, 296, 296, 450, 5, "9.0", "NVIDIA H20 product brief, 96 GB"},
    GpuFigures{"H100 PCIE", 2039, 756, 756, 1513, 1513, 300, 5, "9.0", "NVIDIA H100 PCIe data sheet; bridge"},
    GpuFigures{"H100 NVL", 3938, 835, 835, 1671, 1671, 300, 5, "9.0", "NVIDIA H100 NVL product brief; bridge"},
    GpuFigures{"H100", 3350, 989, 989, 1979, 1979, 450, 5, "9.0", "NVIDIA H100 data sheet, SXM5"},
    GpuFigures{"H200 NVL", 4800, 835, 835, 1671, 1671, 450, 5, "9.0", "NVIDIA H200 data sheet, NVL"},
    GpuFigures{"H200", 4800, 989, 989, 1979, 1979, 450, 5, "9.0", "NVIDIA H200 data sheet, SXM5"},
    GpuFigures{"H800 PCIE", 2039, 756, 756, 1513, 1513, 200, 5, "9.0", "NVIDIA H800 PCIe product brief; bridge"},
    GpuFigures{"H800", 3350, 989, 989, 1979, 1979, 200, 5, "9.0", "NVIDIA H800 product brief, SXM5"},
    GpuFigures{"GH200 144G", 4900, 990, 990, 1979, 1979, 450, 5, "9.0", "NVIDIA GH200 data sheet, HBM3e"},
    GpuFigures{"GH200", 4000, 990, 990, 1979, 1979, 450, 5, "9.0", "NVIDIA GH200 data sheet, HBM3"},
    GpuFigures{"GB200", 8000, 2500, 2500, 5000, 5000, 900, 5, "10.0", "NVIDIA GB200 NVL72 data sheet"},
    GpuFigures{"B200", 8000, 2250, 2250, 4500, 4500, 900, 5, "10.0", "NVIDIA HGX B200 data sheet"},
    GpuFigures{"B300", 8000, 2250, 2250, 4500, 150, 900, 6, "10.3", "NVIDIA HGX B300 data sheet"},
};

/// Calls `visit` for each word of letters and digits; stops and returns false where it does.
template <class Visit>
bool each_word(std::string_view text, Visit visit) {
    std::string word;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        const char c = i < text.size() ? text[i] : ' ';
        if (std::isalnum(static_cast<unsigned char>(c))) {
            word += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        } else if (!word.empty()) {
            if (!visit(word)) return false;
            word.clear();
        }
    }
    return true;
}

}  // namespace

const GpuFigures* find_gpu_figures(std::string_view name) {
    std::vector<std::string> words;
    each_word(name, [&](const std::string& word) {
        words.push_back(word);
        return true;
    });
    const auto matches = [&](const GpuFigures& row) {
        return each_word(row.words, [&](const std::string& word) {
            return std::find(words.begin(), words.end(), word) != words.end();
        });
    };
    const auto found = std::find_if(rows.begin(), rows.end(), matches);
    return found == rows.end() ? nullptr : &*found;
}

std::vector<const GpuFigures*> gpu_figures_of_capability(std::string_view compute_capability) {
    std::vector<const GpuFigures*> some, all;
    for (const GpuFigures& row : rows) {
        all.push_back(&row);
        if (row.compute_capability == compute_capability) some.push_back(&row);
    }
    return some.empty() ? all : some;
}

}  // namespace r1cluster::knowledge
