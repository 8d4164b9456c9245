// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/wish.h"

enum {
	OPTION_GRANT = 1024, /* apart from those of any command */
	OPTION_REVOKE,
	OPTION_DIALECT,
};

static const struct argp_option options[] = {
	{ "grant", OPTION_GRANT, "FUNC[:argN]", 0,
	  "With --revoke: trace calls of this function as grants, in place of the kernel's own; "
	  "argument N (from 0) identifies the window",
	  0 },
	{ "revoke", OPTION_REVOKE, "FUNC[:argN]", 0,
	  "With --grant: trace calls of this function as revokes", 0 },
	{ "dialect", OPTION_DIALECT, "NAME", 0,
	  "Use this dialect if a kernel has several (see `pkstrace check`)", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct dialect_wish *wish = state->input;

	switch (key) {
	case OPTION_GRANT:
		wish->grant = arg;
		return 0;
	case OPTION_REVOKE:
		wish->revoke = arg;
		return 0;
	case OPTION_DIALECT:
		wish->name = arg;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

const struct argp wish_argp = { .options = options, .parser = parse };

enum status wish__check(const char *command, const struct dialect_wish *wish)
{
	if (!wish->grant != !wish->revoke)
		return status__say(STATUS_USAGE, "%s: --grant and --revoke go together", command);
	if (wish->grant && wish->name)
		return status__say(STATUS_USAGE,
				   "%s: give either --dialect or --grant and --revoke, not both",
				   command);
	return STATUS_CLEAN;
}
