/* SPDX-License-Identifier: GPL-2.0-only */
/* What must hold before anything is loaded. */
#ifndef PKSTRACE_PREFLIGHT_H
#define PKSTRACE_PREFLIGHT_H

#include <stddef.h>

#include "status.h"

/* Names of the capabilities that are missing, space separated; "" where none is. */
void preflight__missing_capabilities(char *names, size_t size);

/* STATUS_CANNOT after one line if this process may not trace. */
enum status preflight__capabilities(void);

#endif
