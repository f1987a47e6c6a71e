# pugixml as r1cluster::pugixml: its static library (r1cluster_pugixml_archives) where there is one, since the
# executable that is pushed to hosts may need nothing there; else the shared one (r1cluster_pugixml_shared).
find_package(pugixml 1.11 REQUIRED)
add_library(r1cluster::pugixml INTERFACE IMPORTED)
if(TARGET pugixml::static)
  set(r1cluster_pugixml_archives $<TARGET_FILE:pugixml::static>)
  set_target_properties(r1cluster::pugixml PROPERTIES INTERFACE_LINK_LIBRARIES pugixml::static)
else()
  find_library(R1CLUSTER_SHARED_pugixml NAMES pugixml REQUIRED)
  mark_as_advanced(R1CLUSTER_SHARED_pugixml)
  set(r1cluster_pugixml_shared ${R1CLUSTER_SHARED_pugixml})
  set_target_properties(r1cluster::pugixml PROPERTIES INTERFACE_LINK_LIBRARIES pugixml::pugixml)
endif()
