// SPDX-License-Identifier: GPL-2.0-only
/* Finds the subcommand and runs it. */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "util/output.h"

struct command {
	const char *name;
	enum status (*run)(int argc, char **argv);
	const char *meaning;
};

static const struct command commands[] = {
	{ "check", cmd_check, "say what this kernel offers and what a run would attach to" },
	{ "run", cmd_run,
	  "trace windows; report leaks, underflows and stray accesses as they happen" },
	{ "stat", cmd_stat, "count windows and how long they are held; the cheapest command" },
	{ "snapshot", cmd_snapshot, "list the threads that are inside a window right now" },
	{ "inject", cmd_inject, "run, with calls skipped, delayed or failed on purpose" },
	{ "hunt", cmd_hunt,
	  "fail every call around a window, one at a time, and watch the windows" },
	{ "report", cmd_report, "show what a run was kept as with -o, or several, on any machine" },
	{ "diff", cmd_diff, "say what is gone, still there and new between two kept runs" },
};

#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void usage(FILE *out)
{
	fputs("Usage: pkstrace COMMAND [OPTIONS] [-- CMD ...]\n\n"
	      "Watches kernel protection windows (PKS, protected device memory).\n\n",
	      out);
	for (size_t i = 0; i < NR_COMMANDS; i++)
		fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].meaning);
	fputs("\n`pkstrace COMMAND --help` lists the options of one.\n"
	      "Exit status: 0 clean and complete, 1 findings, 2 usage, 3 cannot run here,\n"
	      "4 incomplete (something was lost), 5 standard output could not be written.\n",
	      out);
}

static enum status dispatch(int argc, char **argv)
{
	if (argc < 2)
		return status__say(STATUS_USAGE, "no command; `pkstrace --help` lists them");
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		usage(stdout);
		return STATUS_CLEAN;
	}
	if (!strcmp(argv[1], "--version")) {
		puts("pkstrace " PKSTRACE_VERSION);
		return STATUS_CLEAN;
	}
	for (size_t i = 0; i < NR_COMMANDS; i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	return status__say(STATUS_USAGE, "no such command: '%s'; `pkstrace --help` lists them",
			   argv[1]);
}

int main(int argc, char **argv)
{
	output__open();
	return output__close(dispatch(argc, argv));
}
