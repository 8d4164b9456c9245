/* SPDX-License-Identifier: GPL-2.0-only */
/* What must hold before anything is loaded. */
#ifndef PKSTRACE_TRACE_PREFLIGHT_H
#define PKSTRACE_TRACE_PREFLIGHT_H

#include <stddef.h>

#include "util/status.h"

struct symbols;

/* Names of the capabilities that every command but check needs, space separated. */
void preflight__needed_capabilities(char *names, size_t size);

/* Those of them that are missing; "" where none is. */
void preflight__missing_capabilities(char *names, size_t size);

/* The running kernel's symbols, the caller's; STATUS_CANNOT after one line if they are hidden. */
enum status preflight__symbols(struct symbols **symbols);

/* STATUS_CANNOT after one line if this process may not trace. */
enum status preflight__capabilities(void);

#endif
