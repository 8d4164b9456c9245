/* SPDX-License-Identifier: GPL-2.0-only */
/* The subcommands: each takes its own argv, argv[0] being its name. */
#ifndef PKSTRACE_COMMANDS_H
#define PKSTRACE_COMMANDS_H

#include "util/status.h"

enum status cmd_run(int argc, char **argv);
enum status cmd_stat(int argc, char **argv);
enum status cmd_snapshot(int argc, char **argv);
enum status cmd_inject(int argc, char **argv);
enum status cmd_hunt(int argc, char **argv);
enum status cmd_check(int argc, char **argv);
enum status cmd_report(int argc, char **argv);
enum status cmd_diff(int argc, char **argv);

#endif
