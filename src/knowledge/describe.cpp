// SPDX-License-Identifier: Apache-2.0
#include "knowledge/describe.hpp"

#include "r1cluster/base/json.hpp"

namespace r1cluster {

namespace knowledge {
namespace {

/// The name of the enumerator itself.
template <class T>
std::string_view enumerator_text(T value) {
    std::string_view text = "?";
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto enumerator) {
        if (enumerator.value == value) text = enumerator.name;
    });
    return text;
}

}  // namespace

std::string_view to_text(Confidence confidence) { return enumerator_text(confidence); }
std::string_view to_text(RunsOn runs_on) { return enumerator_text(runs_on); }
std::string_view to_text(SpeedFigure name) { return enumerator_text(name); }
std::string_view to_text(LinkFigure name) { return enumerator_text(name); }
std::string_view to_text(MemoryFigure name) { return enumerator_text(name); }
std::string_view to_text(EngineFeature feature) { return enumerator_text(feature); }
std::string_view to_text(Accounting accounting) { return enumerator_text(accounting); }
std::string_view to_text(LatentCopies copies) { return enumerator_text(copies); }
std::string_view to_text(Runner runner) { return enumerator_text(runner); }
std::string_view to_text(LogPlace place) { return enumerator_text(place); }
std::string_view to_text(RouteEffect effect) { return enumerator_text(effect); }
std::string_view to_text(ExpertBuffers buffers) { return enumerator_text(buffers); }

}  // namespace knowledge

R1CLUSTER_JSON(Knowledge, "knowledge", 1)

}  // namespace r1cluster
