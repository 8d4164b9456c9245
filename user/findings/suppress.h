/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Findings that are known and not to be shown, after valgrind's idea. A file
 * holds blocks, each of a line of its own for every item:
 *
 *	# from here to the end of the line: a comment
 *	{
 *		a name, for the summary
 *		stray-access/never-granted
 *		fun:my_driver_*
 *		...
 *		fun:vfs_write
 *	}
 *
 * The second line is a class, or class/cause. The others are matched against
 * the functions of the finding's primary stack, from the innermost on: fun:
 * takes an fnmatch(3) pattern for one function as kallsyms names it, "..." any
 * number of them. Functions further out than the last line may be any. A block
 * without such lines takes all findings of its class.
 */
#ifndef PKSTRACE_FINDINGS_SUPPRESS_H
#define PKSTRACE_FINDINGS_SUPPRESS_H

#include "util/status.h"

struct suppress;

/* NULL: out of memory. */
struct suppress *suppress__new(void);

/* Takes NULL. */
void suppress__free(struct suppress *s);

/*
 * Adds the blocks of a file. STATUS_USAGE after one line, "FILE:LINE: what", where
 * the file can't be read or understood.
 */
enum status suppress__load(struct suppress *s, const char *path);

/* The first that fits, counted from 1 over all files; 0: none. NULL for s: 0. */
unsigned int suppress__match(const struct suppress *s, unsigned int class, unsigned int cause,
			     const char *const *functions, unsigned int nr);

/* How many there are, and what one (from 1) is called and where it is from: "FILE:LINE". */
unsigned int suppress__count(const struct suppress *s);
const char *suppress__name(const struct suppress *s, unsigned int number);
const char *suppress__origin(const struct suppress *s, unsigned int number);

#endif
