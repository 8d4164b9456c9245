// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <unistd.h>

#include "findings/resolve.h"
#include "inject/announce.h"
#include "kernel/kernel_log.h"
#include "util/escape.h"

/* Lines for single injections: the kernel takes ten in five seconds (printk_devkmsg). */
#define ANNOUNCED 7

void announce__begin(struct announcement *a, const char *what)
{
	a->begun = true;
	kernel_log__say("fault injection begins: %s; faults from here on may be made on purpose, "
			"until process %d ends",
			escaped(what), getpid());
}

void announce__injection(struct announcement *a, const struct resolver *r,
			 const struct injection *one)
{
	struct resolved_injection *resolved;

	if (!a->begun || one->record.dry || a->told >= ANNOUNCED)
		return;
	resolved = malloc(sizeof(*resolved));
	if (!resolved)
		return;
	a->told++;
	resolve__injection(r, one, resolved);
	kernel_log__say("injection #%u: %s, called from %s by %s/%u%s", one->record.serial,
			resolved->what, escaped(resolved->caller.text),
			escaped(resolved->thread.comm), resolved->thread.tid,
			a->told == ANNOUNCED ? " (further ones are not logged)" : "");
	free(resolved);
}

void announce__end(struct announcement *a)
{
	if (a->begun)
		kernel_log__say("fault injection ends");
	a->begun = false;
}
