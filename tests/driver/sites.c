// SPDX-License-Identifier: GPL-2.0-only
/* A thousand call sites of windows: a function each, for a tracer's tables. */
#include "bugs.h"

/* clang-format off */
#define TEN(do, n)                                                                                 \
	do(n##0) do(n##1) do(n##2) do(n##3) do(n##4) do(n##5) do(n##6) do(n##7) do(n##8) do(n##9)
#define HUNDRED(do, n)                                                                             \
	TEN(do, n##0) TEN(do, n##1) TEN(do, n##2) TEN(do, n##3) TEN(do, n##4)                      \
	TEN(do, n##5) TEN(do, n##6) TEN(do, n##7) TEN(do, n##8) TEN(do, n##9)
#define THOUSAND(do)                                                                               \
	HUNDRED(do, 0) HUNDRED(do, 1) HUNDRED(do, 2) HUNDRED(do, 3) HUNDRED(do, 4)                 \
	HUNDRED(do, 5) HUNDRED(do, 6) HUNDRED(do, 7) HUNDRED(do, 8) HUNDRED(do, 9)
/* clang-format on */

/*
 * A window on @page; the revoke names @other, if given: the wrong page. Flat, or
 * the compiler thinks a thousand copies of the window API too many.
 */
#define DEFINE_SITE(n)                                                                             \
	SITE __attribute__((__flatten__)) static void site_##n(struct page *page, void *other)     \
	{                                                                                          \
		void *addr = kmap_local_page(page);                                                \
                                                                                                   \
		kunmap_local(other ?: addr);                                                       \
	}
#define NAME_SITE(n) site_##n,

THOUSAND(DEFINE_SITE)

static void (*const sites[NR_SITES])(struct page *page, void *other) = { THOUSAND(NAME_SITE) };

void use_site(u64 i, struct page *page, void *other)
{
	sites[i % NR_SITES](page, other);
}
