/* SPDX-License-Identifier: GPL-2.0-only */
/* Random numbers of our own, so that a seed means the same everywhere: xorshift64*. */
#ifndef PKSTRACE_TESTS_DRAW_H
#define PKSTRACE_TESTS_DRAW_H

#include <linux/types.h>
#include <stdbool.h>

/* Never 0, which the generator would stay at. */
static inline __u64 draw__seed(__u64 number)
{
	return number * 0x9e3779b97f4a7c15ULL + 1 ?: 1;
}

static inline unsigned int draw__below(__u64 *seed, unsigned int below)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return (unsigned int)((*seed * 0x2545f4914f6cdd1dULL) >> 33) % below;
}

static inline bool draw__chance(__u64 *seed, unsigned int percent)
{
	return draw__below(seed, 100) < percent;
}

#endif
