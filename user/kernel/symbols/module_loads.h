/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which module was loaded where, and until when. A module that is loaded twice is two of these:
 * the second may be another build, and what the first one's memory is now is not its own.
 */
#ifndef PKSTRACE_SYMBOLS_MODULE_LOADS_H
#define PKSTRACE_SYMBOLS_MODULE_LOADS_H

#include "abi/record.h"
#include "kernel/symbols/table/symbol_table.h"

/* Memory, [start, end), and the event by which it was given back; 0: it was not. */
struct module_range {
	uint64_t start, end;
	uint32_t gone;
};

enum { MODULE_CORE, MODULE_INIT, NR_MODULE_RANGES };

struct module_load {
	const char *name; /* somebody else's */
	uint32_t number;  /* of the event by which it came; 0: before any */
	struct module_range range[NR_MODULE_RANGES];
	struct symbol_table kept; /* its functions, once memory of it is given back */
};

struct module_loads {
	struct module_load *load;
	size_t nr, room;
};

/* What has become of an address, as far as it is known. */
struct module_place {
	struct module_load *load; /* NULL: it is in no module's memory */
	const struct module_range *range;
	uint64_t address; /* without the mark of PKS_RETIRED() */
};

/* Appends one with nothing but its name and its memory. Returns 0 or -ENOMEM. */
int module_loads__add(struct module_loads *loads, const char *name, uint64_t start, uint64_t end);

/* Those that a file in the format of /proc/modules lists; intern() keeps a name. 0 or -errno. */
int module_loads__read(struct module_loads *loads, const char *path,
		       const char *(*intern)(void *arg, const char *name, size_t length),
		       void *arg);

/* The same modules at the same places, whatever order they are in. */
bool module_loads__same(const struct module_loads *a, const struct module_loads *b);

/*
 * Notes that memory was given back by event `number`; lose(arg, load, range) is called for
 * each module that had some of [start, end), before that is noted. name: only that module's;
 * NULL: anybody's, for somebody else has it now.
 */
void module_loads__retire(struct module_loads *loads, const char *name, uint64_t start,
			  uint64_t end, uint32_t number,
			  void (*lose)(void *arg, struct module_load *load,
				       const struct module_range *range),
			  void *arg);

/* Whose an address is now. */
struct module_place module_loads__live(const struct module_loads *loads, uint64_t address);

/*
 * Whose it was: of a marked one, until that event; of another one, which nobody has now, the
 * last that had it, unless modules of different names did.
 */
struct module_place module_loads__gone(const struct module_loads *loads, uint64_t address);

/* As PKS_RETIRED(), of an address that was noted when there had been `events`. */
uint64_t module_loads__mark(const struct module_loads *loads, uint64_t address, uint32_t events);

void module_loads__free(struct module_loads *loads);

#endif
