/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Known findings that are to be hidden, an idea of valgrind's. A file consists of
 * blocks, with one line per item:
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
 * The second line is a class, or class/cause. The rest is matched against the
 * functions of the finding's primary stack, innermost first: "fun:" and an
 * fnmatch(3) pattern match one function as kallsyms names it, "..." matches any
 * number of them. Functions further out than the last line may be anything. A block
 * without such lines matches all findings of its class.
 */
#ifndef PKSTRACE_FINDINGS_SUPPRESS_H
#define PKSTRACE_FINDINGS_SUPPRESS_H

#include "util/status.h"

struct suppress;

/* Returns NULL if out of memory. */
struct suppress *suppress__new(void);

/* NULL is allowed. */
void suppress__free(struct suppress *s);

/*
 * Adds the blocks of a file. Returns STATUS_USAGE after printing one line,
 * "FILE:LINE: what", if the file can't be read or parsed.
 */
enum status suppress__load(struct suppress *s, const char *path);

/* The number of the first match, from 1 across all files; 0: none. s may be NULL. */
unsigned int suppress__match(const struct suppress *s, unsigned int class, unsigned int cause,
			     const char *const *functions, unsigned int nr);

/* The number of suppressions; the name of one (from 1), and its origin as "FILE:LINE". */
unsigned int suppress__count(const struct suppress *s);
const char *suppress__name(const struct suppress *s, unsigned int number);
const char *suppress__origin(const struct suppress *s, unsigned int number);

#endif
