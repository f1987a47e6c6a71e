# One relocatable object of libraries, in which nothing but the public API of r1cluster is global: a program with
# another Boost, fmt, toml++, pugixml or OpenSSL can link it, and each calls its own.
# Usage: cmake -D OUTPUT=FILE.o -D EXPORTS=FILE -D LINKER=ld -D NM=nm -D OBJCOPY=objcopy -D "WHOLE=ARCHIVE;..."
#   -D "NEEDED=ARCHIVE;..." -P hide.cmake
# WHOLE go in as they are, NEEDED as far as they are needed. EXPORTS becomes the list of the global symbols.
#
# Groups of sections (inline functions and templates) are dissolved: else the linker of the program would take the
# program's group of the same name in the place of ours, local or not. Debug information, which is several times larger,
# is in the archives alone.
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "hide.cmake: ${command}: ${result}")
  endif()
endfunction()

run(${LINKER} -r -d --strip-debug --force-group-allocation -o ${OUTPUT}.all --whole-archive ${WHOLE} --no-whole-archive
  --start-group ${NEEDED} --end-group)
run(${NM} -P --defined-only --extern-only ${OUTPUT}.all OUTPUT_FILE ${OUTPUT}.nm)
# Functions, variables, type information and guards of namespace r1cluster.
file(STRINGS ${OUTPUT}.nm symbols REGEX "^_Z(T[ISV]|GV)?N[KVRO]*9r1cluster")
list(TRANSFORM symbols REPLACE " .*" "")
list(FILTER symbols EXCLUDE REGEX "^_Z(T[ISV]|GV)?N[KVRO]*9r1cluster6detail|_GLOBAL__N_")
list(JOIN symbols "\n" text)
file(WRITE ${EXPORTS} "${text}\n")
run(${OBJCOPY} --keep-global-symbols=${EXPORTS} ${OUTPUT}.all ${OUTPUT})
file(REMOVE ${OUTPUT}.all ${OUTPUT}.nm)
