// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/btf.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/dialect/btf_facts.h"
#include "kernel/dialect/dialect_pair.h"
#include "kernel/symbols/function_name.h"
#include "util/number.h"

#define BTF_DIR	 "/sys/kernel/btf"
#define MAX_ARGS 6 /* that a program can read: those in registers */

/* One function of the pair, as the command line has it. */
struct pair_end {
	const char *option;
	const char *text;
	struct function_name function;
	unsigned int arg; /* PKS_NO_ARG: none is compared */
};

/* Names of the last pair that was chosen: a dialect's functions outlive it. */
static char own[2][128];

/* Where ":argN" begins, or the text's end. */
static const char *end__argument(const char *text)
{
	const char *colon = strrchr(text, ':');

	return colon && !strncmp(colon, ":arg", 4) && !isalpha((unsigned char)colon[4]) &&
			       colon[4] != '_' ?
		       colon :
		       text + strlen(text);
}

/* [MODULE:]FUNC[:argN] */
static enum status end__parse(struct pair_end *end)
{
	const char *argument = end__argument(end->text);
	int64_t arg;

	if (!function_name__parse(end->text, argument - end->text, &end->function))
		return status__say(STATUS_USAGE,
				   "%s '%s': give FUNC:argN, or FUNC; MODULE:FUNC where several "
				   "have the name",
				   end->option, end->text);
	end->arg = PKS_NO_ARG;
	if (!*argument)
		return STATUS_CLEAN;
	if (!number__integer(argument + 4, 0, MAX_ARGS - 1, &arg))
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

/* The same in a loaded module's type information; NULL: in that of any. */
static int module_function__parameters(struct btf *vmlinux, const char *name, const char *module)
{
	DIR *dir = opendir(BTF_DIR);
	struct dirent *entry;
	int nr = -1;

	while (dir && nr < 0 && (entry = readdir(dir))) {
		struct btf *btf;

		if (entry->d_name[0] == '.' || !strcmp(entry->d_name, VMLINUX) ||
		    (module && strcmp(entry->d_name, module)))
			continue;
		btf = btf__load_module_btf(entry->d_name, vmlinux);
		nr = btf ? function__parameters(btf, name) : -1;
		btf__free(btf);
	}
	if (dir)
		closedir(dir);
	return nr;
}

static int end__parameters(const struct pair_end *end, struct btf *btf)
{
	const char *name = end->function.name, *module = end->function.module;
	int nr = -1;

	if (!module[0] || !strcmp(module, VMLINUX))
		nr = function__parameters(btf, name);
	if (nr < 0 && strcmp(module, VMLINUX))
		nr = module_function__parameters(btf, name, module[0] ? module : NULL);
	return nr;
}

static enum status end__check(struct pair_end *end, struct btf *btf, struct symbols *symbols)
{
	const char *name = end->function.name, *module = end->function.module;
	enum status status = function_name__find(&end->function, symbols, end->option);
	int nr = status ? 0 : end__parameters(end, btf);
	bool traceable;

	if (status)
		return status;
	if (nr < 0)
		return status__say(
			STATUS_USAGE,
			"%s '%s%s%s': no such function in this kernel or its modules (of "
			"those with type information)",
			end->option, module, module[0] ? ":" : "", name);
	if (end->arg != PKS_NO_ARG && (int)end->arg >= nr)
		return status__say(STATUS_USAGE, "%s '%s': %s() has %d argument%s, from arg0 on",
				   end->option, end->text, name, nr, nr == 1 ? "" : "s");
	if (dialect__traceable(&name, 1, &traceable) && !traceable)
		return status__say(STATUS_CANNOT,
				   "%s '%s': nothing can be attached to it: it is not in "
				   "available_filter_functions",
				   end->option, name);
	return STATUS_CLEAN;
}

static bool end__is(const struct pair_end *one, const struct pair_end *other)
{
	return !strcmp(one->function.name, other->function.name) &&
	       !strcmp(one->function.module, other->function.module);
}

static enum status pair__check(struct pair_end *grant, struct pair_end *revoke, struct btf *btf,
			       struct symbols *symbols)
{
	enum status status = end__parse(grant) ?: end__parse(revoke);

	if (!status && end__is(grant, revoke))
		status = status__say(STATUS_USAGE, "--grant and --revoke name the same function");
	else if (!status && (grant->arg == PKS_NO_ARG) != (revoke->arg == PKS_NO_ARG))
		status = status__say(STATUS_USAGE, "--grant and --revoke: give :argN, to be "
						   "compared, to both or to neither");
	return status ?: end__check(grant, btf, symbols) ?: end__check(revoke, btf, symbols);
}

static void pair__take(struct dialect *d, enum probe probe, const struct pair_end *end, char *name)
{
	strcpy(name, end->function.name);
	d->function[probe] = name;
	d->entry[probe] = end->function.address;
	/* By a name the kernel takes the first that has it. */
	d->by_address |= end->function.same > 1;
}

enum status pair__choose(struct dialect *d, const struct dialect_choice *choice,
			 struct symbols *symbols)
{
	struct pair_end grant = { .option = "--grant", .text = choice->grant };
	struct pair_end revoke = { .option = "--revoke", .text = choice->revoke };
	enum status status = pair__check(&grant, &revoke, d->btf, symbols);

	if (status)
		return status;
	pair__take(d, PROBE_GRANT_ARG, &grant, own[0]);
	pair__take(d, PROBE_REVOKE_ARG, &revoke, own[1]);
	dialect__add_own(own[0], own[1]);
	d->name = "own pair";
	d->layout = "-";
	d->facts.count_source = PKS_COUNT_SOURCE_NONE;
	d->facts.key = PKS_KEY_ARG;
	d->facts.grant_arg = grant.arg;
	d->facts.revoke_arg = revoke.arg;
	return STATUS_CLEAN;
}
