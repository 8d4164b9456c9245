// SPDX-License-Identifier: GPL-2.0-only
#include "report/report.h"

#define PRINT(part, type)                                                                          \
	void report__##part(struct report *r, const type *what)                                    \
	{                                                                                          \
		if (r->format->part)                                                               \
			r->format->part(r, what);                                                  \
		if (r->keep)                                                                       \
			report__##part(r->keep, what);                                             \
	}

#define WANTS(part, type)                                                                          \
	bool report__wants_##part(const struct report *r)                                          \
	{                                                                                          \
		return r->format->part || (r->keep && report__wants_##part(r->keep));              \
	}

REPORT_PARTS(PRINT)
REPORT_PARTS(WANTS)
