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
 * fnmatch(3) pattern match one function, "..." matches any number of them. The name is that
 * of kallsyms, with or without what the compiler has appended (".isra.0"); functions that are
 * inlined, as far as debug info tells, may be named or left out. "fun:MODULE:PATTERN" matches
 * in that module alone, which is a pattern, too ("vmlinux" for the kernel itself). Functions
 * further out than the last line may be anything. What has no name is matched by "..." alone.
 * A block without "fun:" lines matches all findings of its class: there is a warning.
 */
#ifndef PKSTRACE_FINDINGS_SUPPRESS_H
#define PKSTRACE_FINDINGS_SUPPRESS_H

#include <stdbool.h>

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

/* A frame of the stack that a finding is judged by, innermost first. */
struct suppress_frame {
	const char *function; /* NULL: not known */
	const char *module;   /* NULL: vmlinux */
	bool inlined;	      /* into the next one that is not */
};

/* The number of the first match, from 1 across all files; 0: none. s may be NULL. */
unsigned int suppress__match(const struct suppress *s, unsigned int class, unsigned int cause,
			     const struct suppress_frame *frames, unsigned int nr);

/* The number of suppressions; the name of one (from 1), and its origin as "FILE:LINE". */
unsigned int suppress__count(const struct suppress *s);
const char *suppress__name(const struct suppress *s, unsigned int number);
const char *suppress__origin(const struct suppress *s, unsigned int number);

#endif
