# Files as bytes in a C++ source, so that the executable carries what it starts elsewhere.
# Usage: cmake -D OUTPUT=FILE -D FUNCTION=NAME -D HEADER=FILE -D "INPUTS=FILE;..." -P embed.cmake
# A file FOLDER/tables/NAME of src/engine/ is called FOLDER/NAME, any other NAME.
set(arrays "")
set(entries "")
set(number 0)
foreach(input ${INPUTS})
  file(READ ${input} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
  string(REGEX REPLACE "(('[^']*',){20})" "\\1\n    " bytes "${bytes}")
  get_filename_component(name ${input} NAME)
  if(input MATCHES "/engine/([^/]+)/tables/")
    set(name ${CMAKE_MATCH_1}/${name})
  endif()
  string(APPEND arrays "constexpr char file_${number}[] = {\n    ${bytes}};\n")
  string(APPEND entries "    {\"${name}\", {file_${number}, sizeof(file_${number})}},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(WRITE ${OUTPUT} "// Made by cmake/embed.cmake.
#include \"${HEADER}\"

namespace r1cluster::detail {
namespace {

${arrays}
constexpr EmbeddedFile files[] = {
${entries}};

}  // namespace

std::span<const EmbeddedFile> ${FUNCTION}() { return files; }

}  // namespace r1cluster::detail
")
