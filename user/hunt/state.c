// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hunt/state.h"
#include "util/json.h"

#define FORMAT 1

/* --- out ----------------------------------------------------------------- */

static const char *const state_names[] = {
	[HUNT_PENDING] = "pending",
	[HUNT_RUNNING] = "running",
	[HUNT_DONE] = "done",
};

#define NR_STATES (sizeof(state_names) / sizeof(state_names[0]))

static json_t *site__json(const struct hunt_site *site)
{
	return json_pack("{s:s, s:b, s:s}", "function", site->function, "own", site->own, "stack",
			 site->stack);
}

static json_t *outcomes__json(unsigned int set)
{
	json_t *all = json_array();

	for (int i = 0; i < HUNT_NR_OUTCOMES; i++)
		if (set & HUNT_BIT(i))
			json_array_append_new(all, json_string(hunt_outcome__text(i)));
	return all;
}

static json_t *item__json(const struct hunt_item *item)
{
	const struct hunt_result *r = &item->result;
	json_t *one = json_pack("{s:s}", "state", state_names[item->state]);
	json_t *calls = json_array();

	for (unsigned int i = 0; i < item->depth; i++)
		json_array_append_new(calls,
				      json_pack("{s:I, s:I}", "site", (json_int_t)item->site[i],
						"value", (json_int_t)item->value[i]));
	json_object_set_new(one, "calls", calls);
	if (item->state != HUNT_DONE)
		return one;
	json_object_set_new(one, "outcomes", outcomes__json(r->outcomes));
	json_object_set_new(one, "status", json_integer(r->wait_status));
	json_object_set_new(one, "seconds", json_real(r->seconds));
	json_object_set_new(one, "report", json_string(r->report ?: ""));
	json_object_set(one, "findings", r->findings);
	json__set_text(one, "oops", r->oops);
	return one;
}

static json_t *command__json(char *const *command)
{
	json_t *all = json_array();

	for (; *command; command++)
		json_array_append_new(all, json_string(*command) ?: json_string("?"));
	return all;
}

static json_t *plan__json(const struct hunt_state_file *file, const struct hunt_plan *plan)
{
	json_t *sites = json_array(), *items = json_array();

	for (size_t i = 0; i < plan->nr_sites; i++)
		json_array_append_new(sites, site__json(&plan->sites[i]));
	for (size_t i = 0; i < plan->nr_items; i++)
		json_array_append_new(items, item__json(&plan->items[i]));
	return json_pack("{s:i, s:o, s:s, s:o, s:o}", "pkstrace_hunt", FORMAT, "command",
			 command__json(file->command), "boot", file->boot, "sites", sites, "items",
			 items);
}

/* To disk, not just to the page cache: the machine may go down in the next run. */
static int file__sync_directory(const char *path)
{
	char *copy = strdup(path);
	int fd = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	int err = fd < 0 || fsync(fd) ? -errno : 0;

	if (fd >= 0)
		close(fd);
	free(copy);
	/* Some file systems cannot sync a directory; that is not an error. */
	return err == -EINVAL ? 0 : err;
}

static int file__replace(const char *path, json_t *content)
{
	size_t size = strlen(path) + sizeof(".new");
	char temporary[size];
	int fd, err = 0;

	snprintf(temporary, size, "%s.new", path);
	/* The state may be kept where others write, too: their link is not followed. */
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	if (json_dumpfd(content, fd, JSON_COMPACT) || fsync(fd))
		err = errno ? -errno : -EIO;
	if (close(fd) && !err)
		err = -errno;
	if (!err && rename(temporary, path))
		err = -errno;
	if (err)
		unlink(temporary);
	return err ?: file__sync_directory(path);
}

enum status hunt_state__save(const struct hunt_state_file *file, const struct hunt_plan *plan)
{
	json_t *content = plan__json(file, plan);
	int err = content ? file__replace(file->path, content) : -ENOMEM;

	json_decref(content);
	if (!err)
		return STATUS_CLEAN;
	return status__say(STATUS_CANNOT, "can't save the state of the hunt in '%s': %s",
			   file->path, strerror(-err));
}

/* --- in: nothing in the file is trusted ---------------------------------- */

static int site__parse(json_t *from, struct hunt_plan *plan)
{
	struct hunt_site site = {};
	const char *function, *stack;
	int own;

	if (json_unpack(from, "{s:s, s:b, s:s}", "function", &function, "own", &own, "stack",
			&stack) ||
	    !function[0] || strlen(function) >= sizeof(site.function) || !stack[0])
		return -EINVAL;
	strcpy(site.function, function);
	site.own = own;
	site.id = hunt_site__id(function, stack);
	/* A duplicate would shift the sites that the runs' indexes refer to. */
	if (hunt_plan__by_id(plan, site.id) >= 0)
		return -EINVAL;
	site.stack = strdup(stack);
	return site.stack && hunt_plan__site(plan, &site) >= 0 ? 0 : -ENOMEM;
}

static int outcomes__parse(json_t *from, unsigned int *set)
{
	json_t *one;
	size_t i;

	*set = 0;
	if (!json_is_array(from))
		return -EINVAL;
	json_array_foreach (from, i, one) {
		int outcome =
			json_is_string(one) ? hunt_outcome__parse(json_string_value(one)) : -1;

		if (outcome < 0)
			return -EINVAL;
		*set |= HUNT_BIT(outcome);
	}
	return 0;
}

static int result__parse(json_t *from, struct hunt_result *result)
{
	json_t *outcomes, *findings = NULL;
	const char *report, *oops = NULL;

	if (json_unpack(from, "{s:o, s:i, s:F, s:s, s?o, s?s}", "outcomes", &outcomes, "status",
			&result->wait_status, "seconds", &result->seconds, "report", &report,
			"findings", &findings, "oops", &oops))
		return -EINVAL;
	if (findings && !json_is_array(findings))
		return -EINVAL;
	if (outcomes__parse(outcomes, &result->outcomes))
		return -EINVAL;
	result->report = report[0] ? strdup(report) : NULL;
	result->findings = json_incref(findings);
	result->oops = oops ? strdup(oops) : NULL;
	return (report[0] && !result->report) || (oops && !result->oops) ? -ENOMEM : 0;
}

static int calls__parse(json_t *from, const struct hunt_plan *plan, struct hunt_item *item)
{
	json_t *one;
	size_t i;

	if (!json_is_array(from) || !json_array_size(from) ||
	    json_array_size(from) > PKS_HUNT_CALLS)
		return -EINVAL;
	json_array_foreach (from, i, one) {
		json_int_t site, value;

		if (json_unpack(one, "{s:I, s:I}", "site", &site, "value", &value) || site < 0 ||
		    (size_t)site >= plan->nr_sites)
			return -EINVAL;
		item->site[i] = site;
		item->value[i] = value;
	}
	item->depth = json_array_size(from);
	return 0;
}

static int state__parse(const char *name)
{
	for (size_t i = 0; i < NR_STATES; i++)
		if (!strcmp(state_names[i], name))
			return i;
	return -1;
}

/* What to make of a run that never ended. */
static void item__interrupted(struct hunt_item *item, bool same_boot)
{
	item->state = same_boot ? HUNT_PENDING : HUNT_DONE;
	if (same_boot)
		return;
	item->result = (struct hunt_result){
		.outcomes = HUNT_BIT(HUNT_KERNEL_OOPS),
		.wait_status = -1,
		.report = strdup("The machine went down during this run.\n"),
	};
}

static int item__parse(json_t *from, struct hunt_plan *plan, bool same_boot)
{
	struct hunt_item item = {};
	size_t before = plan->nr_items;
	const char *name;
	json_t *calls;
	int state, err;

	if (json_unpack(from, "{s:s, s:o}", "state", &name, "calls", &calls))
		return -EINVAL;
	state = state__parse(name);
	if (state < 0)
		return -EINVAL;
	item.state = state;
	err = calls__parse(calls, plan, &item);
	if (!err && item.state == HUNT_DONE)
		err = result__parse(from, &item.result);
	else if (!err && item.state == HUNT_RUNNING)
		item__interrupted(&item, same_boot);
	if (!err && hunt_plan__add(plan, &item) != (long)before)
		err = -EINVAL;
	if (err)
		hunt_result__free(&item.result);
	return err;
}

static bool command__same(json_t *from, char *const *command)
{
	json_t *one;
	size_t i;

	if (!json_is_array(from))
		return false;
	json_array_foreach (from, i, one)
		if (!command[i] || !json_is_string(one) ||
		    strcmp(json_string_value(one), command[i]))
			return false;
	return !command[i];
}

static enum status plan__parse(const struct hunt_state_file *file, json_t *from,
			       struct hunt_plan *plan)
{
	json_t *command, *sites, *items, *one;
	const char *boot;
	int format, err = 0;
	size_t i;

	if (json_unpack(from, "{s:i, s:o, s:s, s:o, s:o}", "pkstrace_hunt", &format, "command",
			&command, "boot", &boot, "sites", &sites, "items", &items) ||
	    format != FORMAT || !json_is_array(sites) || !json_is_array(items))
		return status__say(STATUS_USAGE,
				   "'%s' is not a hunt state file of this version: "
				   "name another file, or remove it",
				   file->path);
	if (!command__same(command, file->command))
		return status__say(STATUS_USAGE,
				   "'%s' is the state of a hunt with another command: "
				   "name another file, or remove it",
				   file->path);
	json_array_foreach (sites, i, one)
		err = err ?: site__parse(one, plan);
	json_array_foreach (items, i, one)
		err = err ?: item__parse(one, plan, !strcmp(boot, file->boot));
	if (!err)
		return STATUS_CLEAN;
	return status__say(STATUS_USAGE, "'%s' is damaged (%s): remove it to start over",
			   file->path,
			   err == -ENOMEM ? "out of memory" : "a site or run makes no sense");
}

enum status hunt_state__load(const struct hunt_state_file *file, struct hunt_plan *plan)
{
	json_error_t error;
	enum status status;
	json_t *from;

	if (access(file->path, F_OK) && errno == ENOENT)
		return STATUS_CLEAN;
	from = json_load_file(file->path, JSON_REJECT_DUPLICATES, &error);
	if (!from)
		return status__say(STATUS_USAGE, "can't read '%s': %s (line %d)", file->path,
				   error.text, error.line);
	status = plan__parse(file, from, plan);
	json_decref(from);
	return status;
}
