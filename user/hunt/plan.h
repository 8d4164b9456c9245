/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a hunt is to do and has done: the places that call something that can
 * fail, and the runs, each with one or two of them failing. Plain C: no
 * libbpf, no clock, no kernel.
 */
#ifndef PKSTRACE_HUNT_PLAN_H
#define PKSTRACE_HUNT_PLAN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hunt/outcome.h"
#include "abi/inject.h"
#include "kernel/error_injection.h"

/* A place that calls an injectable function. */
struct hunt_site {
	uint64_t id; /* of function and stack in words: the same in a later session */
	char function[INJECTABLE_NAME];
	bool own;    /* function is an attribute of the kernel's own fault injection */
	char *stack; /* "function+0x1/0x2 [module]", a line each, the direct caller first; owned */
	/* In this session only. */
	bool usual;	    /* called also where nothing has failed before */
	uint64_t hash;	    /* struct pks_place; 0: not seen yet */
	uint64_t seen;	    /* calls in the run that showed it */
	uint64_t in_window; /* of those with a window open */
	uint64_t path;	    /* for own ones where the first call was: see struct pks_place */
	uint32_t syscalls, nth;
};

enum hunt_state { HUNT_PENDING, HUNT_RUNNING, HUNT_DONE };

/* What a run came to. */
struct hunt_result {
	unsigned int outcomes; /* HUNT_BIT()s; 0: clean */
	int wait_status;       /* CMD's; -1: it was killed by us, or never ended */
	double seconds;
	char *report;	  /* text of the findings; owned, NULL: none */
	json_t *findings; /* the same as an array; owned, NULL: none */
};

/* A run: the calls from one place, or from one and then from another, fail. */
struct hunt_item {
	unsigned int depth;	  /* number of sites */
	size_t site[PKS_TARGETS]; /* indexes */
	long value[PKS_TARGETS];  /* what the call returns */
	enum hunt_state state;
	struct hunt_result result;
};

struct hunt_plan {
	struct hunt_site *sites;
	size_t nr_sites, sites_room;
	struct hunt_item *items;
	size_t nr_items, items_room;
};

/* id of a place in words. */
uint64_t hunt_site__id(const char *function, const char *stack);

/*
 * The frame that people know the place by: the first that is not the
 * allocator's own. Points into the site's stack; *length bytes of it.
 */
const char *hunt_site__name(const struct hunt_site *site, size_t *length);

/*
 * Adds a site (its stack becomes the plan's), or gives one that came from an
 * earlier session its part of this one. Its index, or -ENOMEM with the stack
 * freed.
 */
long hunt_plan__site(struct hunt_plan *plan, const struct hunt_site *site);

/* By the session's hash, by id; -1: none. */
long hunt_plan__by_hash(const struct hunt_plan *plan, uint64_t hash);
long hunt_plan__by_id(const struct hunt_plan *plan, uint64_t id);

/* Adds a run unless it is there. Its index, or -ENOMEM. */
long hunt_plan__add(struct hunt_plan *plan, const struct hunt_item *item);

/* Index of the next run to make, or -1. */
long hunt_plan__next(const struct hunt_plan *plan);

size_t hunt_plan__done(const struct hunt_plan *plan);

/* Runs that found something. */
size_t hunt_plan__found(const struct hunt_plan *plan);

/* The result becomes the item's. */
void hunt_item__finish(struct hunt_item *item, const struct hunt_result *result);

void hunt_result__free(struct hunt_result *result);
void hunt_plan__free(struct hunt_plan *plan);

#endif
