/* SPDX-License-Identifier: GPL-2.0-only */
/* A hunt in the middle: two sites, three runs, of which one found a leak. */
#ifndef PKSTRACE_TEST_HUNT_FIXTURE_H
#define PKSTRACE_TEST_HUNT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hunt/plan.h"

#define ALLOC_STACK "__kmalloc+0x10/0x90\ndrv_write+0x20/0x40 [drv]\nvfs_write+0x1/0x2\n"
#define COPY_STACK  "_copy_from_user+0x12/0x80\ndrv_copy+0x44/0xf0 [drv]\n"

static inline size_t fixture_site(struct hunt_plan *plan, const char *function, const char *stack,
				  uint64_t hash)
{
	struct hunt_site site = { .id = hunt_site__id(function, stack), .hash = hash };
	long at;

	strcpy(site.function, function);
	site.own = !strncmp(function, "fail", 4);
	site.stack = strdup(stack);
	at = hunt_plan__site(plan, &site);
	assert_true(at >= 0);
	return at;
}

static inline struct hunt_item *fixture_item(struct hunt_plan *plan, size_t site, long value)
{
	struct hunt_item item = { .depth = 1, .site = { site }, .value = { value } };
	long at = hunt_plan__add(plan, &item);

	assert_true(at >= 0);
	return &plan->items[at];
}

/* Of a finding as little as a line of JSON may have, in an array. */
static inline json_t *fixture_found(const char *class)
{
	return json_pack("[{s:s, s:i, s:s, s:s, s:{}, s:{}}]", "type", "finding", "version", 1,
			 "class", class, "meaning", "not known", "thread", "stacks");
}

static inline void fixture_plan(struct hunt_plan *plan)
{
	size_t alloc = fixture_site(plan, "should_failslab", ALLOC_STACK, 1);
	size_t copy = fixture_site(plan, "fail_usercopy", COPY_STACK, 2);
	struct hunt_item deep = { .depth = 2, .site = { alloc, copy }, .value = { -12, -14 } };
	struct hunt_result leak = { .outcomes = HUNT_BIT(HUNT_LEAK) | HUNT_BIT(HUNT_CMD_FAILED),
				    .wait_status = 1 << 8,
				    .seconds = 0.5,
				    .report = strdup("BUG: a leak\n"),
				    .findings = fixture_found("leak"),
				    .oops = strdup("BUG: an oops\n---[ end trace ]---\n") };

	hunt_item__finish(fixture_item(plan, alloc, -12), &leak);
	fixture_item(plan, copy, -14)->state = HUNT_RUNNING;
	assert_int_equal(hunt_plan__add(plan, &deep), 2);
}

#endif
