// SPDX-License-Identifier: Apache-2.0
#pragma once

/// r1cluster takes bare GPU machines to a served DeepSeek-R1, and any model of its kind.
///
///          read            interpret           decide                start            diagnose
///  hosts --------> Recording -------> Cluster --------> Decision ---------> Deployment ------> Report
///          I/O                 pure             pure                 I/O               pure
///
/// A Recording holds what each host printed, word for word. A Cluster is what that means; what could not be seen is a
/// Gap, never a zero. A Decision holds the Plan, the Settings, the LaunchPlan and the Report, and each decision its
/// `because`. A Deployment is the running engine, watched on every host.
///
///     r1cluster::Hosts hosts = r1cluster::connect(r1cluster::parse_spec(text));
///     r1cluster::Recording recording = r1cluster::read(hosts);
///     r1cluster::Decision decision = r1cluster::decide(hosts.spec(), recording);
///     std::cout << r1cluster::show(decision.plan) << r1cluster::show(decision.report);
///     if (decision.launch_plan && decision.report.is_clean()) {
///         r1cluster::Deployment deployment = r1cluster::start(hosts, *decision.launch_plan);
///         deployment.wait();
///     }
///
/// up(hosts) does all of it. decide() calls interpret(), parse_checkpoint(), plan_layouts(), choose_settings(),
/// plan_launch() and check() in this order; each can be called alone. The functions of `host/` alone read files, start
/// processes or open sockets. All others are pure: they give the same answer on a laptop, from a saved recording, as on
/// the machines.
///
/// Errors are thrown as r1cluster::Error. Pure functions may be called from any thread at the same time; host/hosts.hpp
/// states the rules for connections.

#include "r1cluster/base/error.hpp"
#include "r1cluster/base/json.hpp"
#include "r1cluster/base/units.hpp"
#include "r1cluster/base/version.hpp"
#include "r1cluster/check/check.hpp"
#include "r1cluster/config/settings.hpp"
#include "r1cluster/decide/decide.hpp"
#include "r1cluster/diagnose/diagnose.hpp"
#include "r1cluster/documents/documents.hpp"
#include "r1cluster/engine/engine.hpp"
#include "r1cluster/facts/cluster.hpp"
#include "r1cluster/host/checkpoint/checkpoint.hpp"
#include "r1cluster/host/deploy/deploy.hpp"
#include "r1cluster/host/engine/ask_engine.hpp"
#include "r1cluster/host/example/example.hpp"
#include "r1cluster/host/guard/agent_main.hpp"
#include "r1cluster/host/os/knowledge_files.hpp"
#include "r1cluster/host/os/text_file.hpp"
#include "r1cluster/host/read/read.hpp"
#include "r1cluster/knowledge/knowledge.hpp"
#include "r1cluster/launch/launch_plan.hpp"
#include "r1cluster/launch/supervise.hpp"
#include "r1cluster/layout/compare.hpp"
#include "r1cluster/memory/memory.hpp"
#include "r1cluster/model/checkpoint.hpp"
#include "r1cluster/model/slicing.hpp"
#include "r1cluster/model/summary.hpp"
#include "r1cluster/plan/plan.hpp"
#include "r1cluster/readings/import.hpp"
#include "r1cluster/readings/recording.hpp"
#include "r1cluster/report/report.hpp"
#include "r1cluster/shard/engine_plan.hpp"
#include "r1cluster/shard/shard_plan.hpp"
#include "r1cluster/spec/deployment_spec.hpp"
#include "r1cluster/spec/ports.hpp"
#include "r1cluster/speed/speed.hpp"
#include "r1cluster/views/views.hpp"
