// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "findings/injections.h"
#include "util/array.h"

static const char *const kind_names[PKS_NR_INJECTION_KINDS] = {
	[PKS_INJECT_NONE] = "nothing",	     [PKS_SKIP_GRANT] = "skip-grant",
	[PKS_SKIP_REVOKE] = "skip-revoke",   [PKS_EXTRA_REVOKE] = "extra-revoke",
	[PKS_DELAY_REVOKE] = "delay-revoke", [PKS_FAIL_CALL] = "fail",
};

const char *injection__kind_name(unsigned int kind)
{
	return kind < PKS_NR_INJECTION_KINDS ? kind_names[kind] : "unknown";
}

const char *errno__name(long value)
{
	return strerrorname_np(value < 0 ? -value : value);
}

int injections__add(struct injections *list, const struct pks_injection *one, const char *function)
{
	if (array__grow(&list->all, &list->room, list->nr, sizeof(*list->all))) {
		list->missing++;
		return -ENOMEM;
	}
	list->all[list->nr++] = (struct injection){ .record = *one, .function = function };
	return 0;
}

const struct injection *injections__cause(const struct injections *list,
					  const struct pks_finding *finding, bool *same)
{
	const struct injection *last = NULL;

	*same = false;
	for (size_t i = list->nr; i-- > 0;) {
		const struct injection *one = &list->all[i];

		if (one->record.dry || one->record.time > finding->time)
			continue;
		if (one->record.tid == finding->tid) {
			*same = true;
			return one;
		}
		last = last ?: one;
	}
	return last;
}

bool injections__any_failure(const struct injections *list)
{
	for (size_t i = 0; i < list->nr; i++)
		if (list->all[i].record.kind != PKS_FAIL_CALL || list->all[i].record.value)
			return true;
	return false;
}

void injections__free(struct injections *list)
{
	free(list->all);
	*list = (struct injections){};
}
