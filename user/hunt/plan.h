/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a hunt has to do and has done: the call sites of what can fail, and the runs, each with
 * one or two of them failing. Plain C without libbpf, a clock or a kernel.
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

/* A call site of an injectable function. */
struct hunt_site {
	uint64_t id; /* of function and stack as text: the same in a later session */
	char function[INJECTABLE_NAME];
	bool own;    /* function is an attribute of the kernel's own fault injection */
	char *stack; /* "function+0x1/0x2 [module]", one line each, direct caller first; owned */
	/* In this session only. */
	bool usual;	    /* also called if nothing has failed before */
	uint64_t hash;	    /* struct pks_place; 0: not seen yet */
	uint64_t seen;	    /* calls in the run that showed it */
	uint64_t in_window; /* of these, with a window open */
	uint64_t path;	    /* for own ones, where the first call was: see struct pks_place */
	uint32_t syscalls, nth;
	/* Of the frame to name it by. The string outlives the plan; NULL: not known. */
	const char *file;
	unsigned int line;
	bool line_sought; /* once is enough, found or not */
};

enum hunt_state { HUNT_PENDING, HUNT_RUNNING, HUNT_DONE };

/* The result of a run. */
struct hunt_result {
	unsigned int outcomes; /* HUNT_BIT()s; 0: clean */
	int wait_status;       /* of CMD; -1: we killed it, or it never ended */
	double seconds;
	char *report;	  /* text of the findings; owned, NULL: none */
	json_t *findings; /* the same as an array; owned, NULL: none */
	char *oops;	  /* the kernel's own words; owned, NULL: none, or the log has none */
};

/* A run: calls from one site fail, or from one and then from another. */
struct hunt_item {
	unsigned int depth;	     /* number of sites */
	size_t site[PKS_HUNT_CALLS]; /* indexes */
	long value[PKS_HUNT_CALLS];  /* what the call returns */
	enum hunt_state state;
	struct hunt_result result;
};

struct hunt_plan {
	struct hunt_site *sites;
	size_t nr_sites, sites_room;
	struct hunt_item *items;
	size_t nr_items, items_room;
};

/* ID of a call site as text. */
uint64_t hunt_site__id(const char *function, const char *stack);

/*
 * The frame to name the site by: the first that does not belong to the allocator. Points into
 * the site's stack; *length bytes of it.
 */
const char *hunt_site__name(const struct hunt_site *site, size_t *length);

/* True if a function of that module is on the site's stack; "-" and "_" are the same in it. */
bool hunt_site__in_module(const struct hunt_site *site, const char *module);

/*
 * Adds a site and takes over its stack, or updates one known from an earlier session. Returns
 * its index, or -ENOMEM with the stack freed.
 */
long hunt_plan__site(struct hunt_plan *plan, const struct hunt_site *site);

/* Looks up a site by this session's hash, or by ID; -1: none. */
long hunt_plan__by_hash(const struct hunt_plan *plan, uint64_t hash);
long hunt_plan__by_id(const struct hunt_plan *plan, uint64_t id);

/* Adds a run unless it exists. Returns its index, or -ENOMEM. */
long hunt_plan__add(struct hunt_plan *plan, const struct hunt_item *item);

/* Index of the next run, or -1. */
long hunt_plan__next(const struct hunt_plan *plan);

size_t hunt_plan__done(const struct hunt_plan *plan);

/* The number of runs that found something. */
size_t hunt_plan__found(const struct hunt_plan *plan);

/* Hands the result over to the item. */
void hunt_item__finish(struct hunt_item *item, const struct hunt_result *result);

void hunt_result__free(struct hunt_result *result);
void hunt_plan__free(struct hunt_plan *plan);

#endif
