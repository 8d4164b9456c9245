// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>

#include "inject/injections.h"

int injections__add(struct injections *list, const struct pks_injection *one)
{
	if (list->nr == list->room) {
		size_t room = list->room ? list->room * 2 : 16;
		struct pks_injection *all = realloc(list->all, room * sizeof(*all));

		if (!all)
			return -ENOMEM;
		list->all = all;
		list->room = room;
	}
	list->all[list->nr++] = *one;
	return 0;
}

const struct pks_injection *injections__cause(const struct injections *list,
					      const struct pks_finding *finding, int *same)
{
	const struct pks_injection *last = NULL;

	*same = 0;
	for (size_t i = list->nr; i-- > 0;) {
		const struct pks_injection *one = &list->all[i];

		if (one->dry || one->time > finding->time)
			continue;
		if (one->tid == finding->tid) {
			*same = 1;
			return one;
		}
		last = last ?: one;
	}
	return last;
}

void injections__free(struct injections *list)
{
	free(list->all);
	*list = (struct injections){};
}
