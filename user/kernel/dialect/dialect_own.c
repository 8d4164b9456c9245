// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "kernel/dialect/dialect.h"

/* Functions of the checked windows themselves: never the culprit in a stack. */
static const char *const own_names[] = {
	"pgmap_set_readwrite",	"pgmap_set_noaccess",	 "__pgmap_set_readwrite",
	"__pgmap_set_noaccess", "dax_set_readwrite",	 "dax_set_noaccess",
	"pgmap_mk_readwrite",	"pgmap_mk_noaccess",	 "__pgmap_mk_readwrite",
	"__pgmap_mk_noaccess",	"dax_mk_readwrite",	 "dax_mk_noaccess",
	"kmap_trace_map",	"kmap_trace_unmap",	 "kmap_local_page",
	"kmap_local_folio",	"__kunmap_local",	 "kmap_atomic",
	"__kunmap_atomic",	"pks_update_protection", "pks_set_readwrite",
	"pks_set_noaccess",
};

/* The functions of --grant and --revoke; the last that were chosen, NULL: none. */
static const char *pair[2];

void dialect__add_own(const char *grant, const char *revoke)
{
	pair[0] = grant;
	pair[1] = revoke;
}

bool dialect__is_own(const char *name)
{
	for (size_t i = 0; i < sizeof(own_names) / sizeof(own_names[0]); i++)
		if (!strcmp(name, own_names[i]))
			return true;
	return pair[0] && (!strcmp(name, pair[0]) || !strcmp(name, pair[1]));
}
