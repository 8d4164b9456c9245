// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/btf.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/dialect/btf_facts.h"
#include "kernel/dialect/dialect_pair.h"
#include "util/number.h"

#define BTF_DIR	 "/sys/kernel/btf"
#define MAX_ARGS 6 /* that a program can read: those in registers */

/* One function of the pair, as the command line has it. */
struct pair_end {
	const char *option;
	const char *text;
	char name[128];
	unsigned int arg; /* PKS_NO_ARG: none is compared */
};

/* Names of the last pair that was chosen: a dialect's functions outlive it. */
static char own[2][128];

/* FUNC or FUNC:argN */
static enum status end__parse(struct pair_end *end)
{
	const char *colon = strchr(end->text, ':');
	size_t length = colon ? (size_t)(colon - end->text) : strlen(end->text);
	int64_t arg;

	if (!length || length >= sizeof(end->name) || strcspn(end->text, " \t/") < length)
		return status__say(STATUS_USAGE, "%s '%s': give FUNC or FUNC:argN", end->option,
				   end->text);
	memcpy(end->name, end->text, length);
	end->name[length] = 0;
	end->arg = PKS_NO_ARG;
	if (!colon)
		return STATUS_CLEAN;
	if (strncmp(colon, ":arg", 4) || !number__integer(colon + 4, 0, MAX_ARGS - 1, &arg))
		return status__say(STATUS_USAGE, "%s '%s': give FUNC:argN with N from 0 to %d",
				   end->option, end->text, MAX_ARGS - 1);
	end->arg = arg;
	return STATUS_CLEAN;
}

/* Number of parameters of the function; -1: no such function in this type information. */
static int function__parameters(const struct btf *btf, const char *name)
{
	const struct btf_type *proto = btf__function_proto(btf, name);

	return proto ? btf_vlen(proto) : -1;
}

/* The same among all loaded modules. */
static int module_function__parameters(struct btf *vmlinux, const char *name)
{
	DIR *dir = opendir(BTF_DIR);
	struct dirent *entry;
	int nr = -1;

	while (dir && nr < 0 && (entry = readdir(dir))) {
		struct btf *btf;

		if (entry->d_name[0] == '.' || !strcmp(entry->d_name, "vmlinux"))
			continue;
		btf = btf__load_module_btf(entry->d_name, vmlinux);
		nr = btf ? function__parameters(btf, name) : -1;
		btf__free(btf);
	}
	if (dir)
		closedir(dir);
	return nr;
}

static enum status end__check(const struct pair_end *end, struct btf *btf)
{
	int nr = function__parameters(btf, end->name);
	bool traceable;

	if (nr < 0)
		nr = module_function__parameters(btf, end->name);
	if (nr < 0)
		return status__say(STATUS_USAGE,
				   "%s '%s': no such function in this kernel or its modules (of "
				   "those with type information)",
				   end->option, end->name);
	if (end->arg != PKS_NO_ARG && (int)end->arg >= nr)
		return status__say(STATUS_USAGE, "%s '%s': %s() has %d argument%s, from arg0 on",
				   end->option, end->text, end->name, nr, nr == 1 ? "" : "s");
	dialect__traceable((const char *const[]){ end->name }, 1, &traceable);
	if (!traceable)
		return status__say(STATUS_CANNOT,
				   "%s '%s': nothing can be attached to it: it is not in "
				   "available_filter_functions",
				   end->option, end->name);
	return STATUS_CLEAN;
}

static enum status pair__check(struct pair_end *grant, struct pair_end *revoke, struct btf *btf)
{
	enum status status = end__parse(grant) ?: end__parse(revoke);

	if (!status && !strcmp(grant->name, revoke->name))
		status = status__say(STATUS_USAGE, "--grant and --revoke name the same function");
	else if (!status && (grant->arg == PKS_NO_ARG) != (revoke->arg == PKS_NO_ARG))
		status = status__say(STATUS_USAGE, "--grant and --revoke: give :argN, to be "
						   "compared, to both or to neither");
	return status ?: end__check(grant, btf) ?: end__check(revoke, btf);
}

enum status pair__choose(struct dialect *d, const struct dialect_choice *choice)
{
	struct pair_end grant = { "--grant", choice->grant, "", PKS_NO_ARG };
	struct pair_end revoke = { "--revoke", choice->revoke, "", PKS_NO_ARG };
	enum status status = pair__check(&grant, &revoke, d->btf);

	if (status)
		return status;
	strcpy(own[0], grant.name);
	strcpy(own[1], revoke.name);
	dialect__add_own(own[0], own[1]);
	d->name = "own pair";
	d->layout = "-";
	d->facts.count_source = PKS_COUNT_SOURCE_NONE;
	d->facts.key = PKS_KEY_ARG;
	d->facts.grant_arg = grant.arg;
	d->facts.revoke_arg = revoke.arg;
	d->function[PROBE_GRANT_ARG] = own[0];
	d->function[PROBE_REVOKE_ARG] = own[1];
	return STATUS_CLEAN;
}
