# pugixml as r1cluster::pugixml: its static library where there is one, since the executable that is pushed to hosts may
# need nothing there. Part of the build and, as a file beside r1clusterConfig.cmake, of what users of the library find.
find_package(pugixml 1.11 REQUIRED)
if(NOT TARGET r1cluster::pugixml)
  add_library(r1cluster::pugixml INTERFACE IMPORTED)
  if(TARGET pugixml::static)
    set_target_properties(r1cluster::pugixml PROPERTIES INTERFACE_LINK_LIBRARIES pugixml::static)
  else()
    set_target_properties(r1cluster::pugixml PROPERTIES INTERFACE_LINK_LIBRARIES pugixml::pugixml)
  endif()
endif()
