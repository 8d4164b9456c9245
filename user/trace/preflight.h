/* SPDX-License-Identifier: GPL-2.0-only */
/* Conditions that must hold before anything is loaded. */
#ifndef PKSTRACE_TRACE_PREFLIGHT_H
#define PKSTRACE_TRACE_PREFLIGHT_H

#include <stddef.h>

#include "util/status.h"

struct symbols;

/* Names of the capabilities that every command except check needs, separated by spaces. */
void preflight__needed_capabilities(char *names, size_t size);

/* Those of them that are missing; "" if none is. */
void preflight__missing_capabilities(char *names, size_t size);

/* The symbols of the running kernel, owned by the caller. Returns STATUS_CANNOT after printing one
 * line if they are hidden. */
enum status preflight__symbols(struct symbols **symbols);

/* Returns STATUS_CANNOT after printing one line if this process may not trace. */
enum status preflight__capabilities(void);

#endif
