// SPDX-License-Identifier: GPL-2.0-only
/* The device's part of each path, in functions that are never cloned: they can be made to fail. */
#include <linux/error-injection.h>
#include "hunt.h"

SITE int step_submit(void *addr)
{
	POKE(addr);
	return 0;
}
ALLOW_ERROR_INJECTION(step_submit, ERRNO);

SITE int step_start(void *addr)
{
	POKE(addr);
	return 0;
}
ALLOW_ERROR_INJECTION(step_start, ERRNO);

SITE int step_check(void *addr)
{
	PEEK(addr);
	return 0;
}
ALLOW_ERROR_INJECTION(step_check, ERRNO);

SITE int step_finish(void *addr)
{
	POKE(addr);
	return 0;
}
ALLOW_ERROR_INJECTION(step_finish, ERRNO);

/* The page that a transfer goes on with; NULL where the device has none. */
SITE struct page *step_next_page(struct request *q)
{
	return q->run->page[1];
}
ALLOW_ERROR_INJECTION(step_next_page, NULL);
