// SPDX-License-Identifier: Apache-2.0
// fmt, compiled once here instead of linked: a user of the library needs no fmt. In every file, as headers alone, it
// took two fifths of all compile time.
#include <fmt/format-inl.h>

// Templates that fmt's headers declare and leave to its library.
FMT_BEGIN_NAMESPACE
namespace detail {

template auto dragonbox::to_decimal(float) noexcept -> dragonbox::decimal_fp<float>;
template auto dragonbox::to_decimal(double) noexcept -> dragonbox::decimal_fp<double>;
template auto thousands_sep_impl(locale_ref) -> thousands_sep_result<char>;
template auto decimal_point_impl(locale_ref) -> char;
template void buffer<char>::append(const char*, const char*);
#if FMT_VERSION < 120000
template void vformat_to(buffer<char>&, string_view, basic_format_args<format_context>, locale_ref);
#endif

}  // namespace detail
FMT_END_NAMESPACE
