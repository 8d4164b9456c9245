/* SPDX-License-Identifier: GPL-2.0-only */
/* argp, with one line instead of three when something is wrong; and the values of options. */
#ifndef PKSTRACE_CMD_OPTIONS_H
#define PKSTRACE_CMD_OPTIONS_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

#include "util/number.h"
#include "util/status.h"

#define OPTION_MAX_PID (1 << 22) /* PID_MAX_LIMIT, include/linux/threads.h */

/*
 * Parses with argp. argv[0] is the subcommand's name. Sets *help where only
 * help was asked for and given. STATUS_USAGE after one line that names what
 * could not be understood.
 */
enum status options__parse(const struct argp *argp, int argc, char **argv, void *input, bool *help);

/*
 * The value of an option, for its argp parser to return: 0, or EINVAL, and then
 * the line of options__parse() says what the value must be. *value is unchanged
 * unless it is good.
 */
error_t option__integer(const char *text, int64_t min, int64_t max, int64_t *value);
error_t option__fraction(const char *text, double min, double max, double *value);

/* The same, into an integer of any type in which there is room for [min, max]. */
#define OPTION_INTEGER(text, min, max, to)                                                         \
	({                                                                                         \
		int64_t value;                                                                     \
		error_t err = option__integer(text, min, max, &value);                             \
                                                                                                   \
		if (!err)                                                                          \
			(to) = value;                                                              \
		err;                                                                               \
	})

/* In ns. Without a unit: as `bare` says. */
error_t option__duration(const char *text, enum duration_unit bare, uint64_t min, uint64_t max,
			 uint64_t *ns);

/* As above with no unit for seconds, within a millisecond and thirty years; in seconds. */
error_t option__seconds(const char *text, double *seconds);

/* One of the names; NULL are left out. */
error_t option__choice(const char *text, const char *const *names, unsigned int nr,
		       unsigned int *index);

/* At ARGP_KEY_ARG: the command that the rest of the words is, for run time. */
char *const *options__command(struct argp_state *state);

/* For a value of any other kind: "give ...". Returns EINVAL. */
error_t option__wanted(const char *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
