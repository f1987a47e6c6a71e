// SPDX-License-Identifier: Apache-2.0
// Boost.JSON, compiled once here instead of linked: a user of the library needs no Boost at run time.
#include <boost/json/src.hpp>
