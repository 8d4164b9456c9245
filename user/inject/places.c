// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>

#include "inject/places.h"

/* Most calls first, free entries last. */
static int place__compare(const void *a, const void *b)
{
	const struct pks_place *x = a, *y = b;

	return x->seen < y->seen ? 1 : x->seen > y->seen ? -1 : x->hash < y->hash ? -1 : 1;
}

static size_t places__used(const struct pks_place *places)
{
	size_t nr = 0;

	while (nr < PKS_PLACES && places[nr].hash)
		nr++;
	return nr;
}

static int place__resolve(const struct resolver *r, const struct pks_place *place,
			  struct report_place *out)
{
	out->calls = place->seen;
	out->in_window = place->in_window;
	out->stack = calloc(place->nr + 1, sizeof(*out->stack));
	if (!out->stack)
		return -ENOMEM;
	for (; out->nr < place->nr && out->nr < PKS_PLACE_FRAMES; out->nr++)
		resolve__place(r, place->stack[out->nr], &out->stack[out->nr]);
	return 0;
}

int inject_places__resolve(const struct resolver *r, struct pks_place *places,
			   struct report_injections *all)
{
	struct report_place *out;
	size_t nr;

	qsort(places, PKS_PLACES, sizeof(*places), place__compare);
	nr = places__used(places);
	out = calloc(nr + 1, sizeof(*out));
	if (!out)
		return -ENOMEM;
	all->place = out;
	for (; all->nr_places < nr; all->nr_places++)
		if (place__resolve(r, &places[all->nr_places], &out[all->nr_places]))
			return -ENOMEM;
	return 0;
}

void inject_places__free(struct report_injections *all)
{
	for (size_t i = 0; i < all->nr_places; i++)
		free(all->place[i].stack);
	free((void *)all->place);
	all->place = NULL;
	all->nr_places = 0;
}
