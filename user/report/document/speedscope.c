// SPDX-License-Identifier: GPL-2.0-only
/* speedscope's own format: a profile of hold time by call site, and one of windows. */
#include "report/document/document.h"
#include "util/json.h"

/* How much of it a call site is. */
typedef double (*weight_fn)(const struct resolved_site *site);

/* Where only a sample was timed, as if the others had been held alike. */
static double weight__held(const struct resolved_site *site)
{
	return (double)site->mean * site->counts->closed;
}

static double weight__windows(const struct resolved_site *site)
{
	return site->counts->grants;
}

static json_t *profile(const struct resolved_summary *s, const char *name, const char *unit,
		       weight_fn weight)
{
	json_t *samples = json_array(), *weights = json_array();
	double sum = 0;

	for (size_t i = 0; i < s->nr_sites; i++) {
		json_array_append_new(samples, json_pack("[I]", (json_int_t)i));
		json_array_append_new(weights, json_real(weight(&s->site[i])));
		sum += weight(&s->site[i]);
	}
	return json_pack("{s:s, s:s, s:s, s:i, s:f, s:o, s:o}", "type", "sampled", "name", name,
			 "unit", unit, "startValue", 0, "endValue", sum, "samples", samples,
			 "weights", weights);
}

static void speedscope__document(struct report *r, const struct merged *all)
{
	const struct resolved_summary *s = all->total;
	json_t *frames = json_array(), *file;

	for (size_t i = 0; i < s->nr_sites; i++) {
		json_t *frame = json_object();

		json__set_text(frame, "name", s->site[i].name);
		json_array_append_new(frames, frame);
	}
	file = json_pack("{s:s, s:s, s:{s:o}, s:[o, o]}", "$schema",
			 "https://www.speedscope.app/file-format-schema.json", "exporter",
			 "pkstrace@" PKSTRACE_VERSION, "shared", "frames", frames, "profiles",
			 profile(s, "hold time", "nanoseconds", weight__held),
			 profile(s, "windows", "none", weight__windows));
	r->missing += !json__write_line(r->out, file);
}

const struct format format_speedscope = {
	.name = "speedscope",
	.meaning = "hold time and windows by call site, for speedscope",
	.document = speedscope__document,
};
