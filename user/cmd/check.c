// SPDX-License-Identifier: GPL-2.0-only
/* pkstrace check: what this kernel and CPU offer, what a run would attach to. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "cmd/format.h"
#include "cmd/leftover.h"
#include "cmd/options.h"
#include "kernel/dialect/boundaries.h"
#include "commands.h"
#include "kernel/dialect/dialect.h"
#include "trace/pkey_probe.h"
#include "trace/preflight.h"
#include "kernel/dialect/hooks.h"
#include "kernel/restrictions.h"
#include "kernel/symbols/ksyms.h"
#include "util/array.h"

enum { OPTION_CLEAN_UP = 0x100 };

struct input {
	const struct format *format;
	bool clean_up;
};

static const struct argp_option options[] = {
	{ "clean-up", OPTION_CLEAN_UP, NULL, 0,
	  "Remove what runs that were killed have left: settings of the kernel's fault injection "
	  "are restored, and commands that are still running are killed",
	  0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct input *in = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &in->format;
		return 0;
	case OPTION_CLEAN_UP:
		in->clean_up = true;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp_child children[] = { { &format_argp, 0, NULL, 0 }, { 0 } };

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.children = children,
	.doc = "Shows what this kernel and CPU offer, what a run would attach to, and what "
	       "earlier runs have left behind."
	       "\vExit status: 0 if `pkstrace run` can work here, 3 if it cannot; 1 if it can and "
	       "something is left of a run that was killed.",
};

static const char *const probe_meaning[NR_PROBES] = {
	[PROBE_GRANT_PAGE] = "grant, with the page",
	[PROBE_REVOKE_PAGE] = "revoke, with the page",
	[PROBE_GRANT_PGMAP] = "grant, pgmap only",
	[PROBE_REVOKE_PGMAP] = "revoke, pgmap only",
	[PROBE_GRANT_ARG] = "grant, with the page",
	[PROBE_REVOKE_ARG] = "revoke, with the page",
	[PROBE_KEY_UPDATE] = "grant and revoke of a protection key",
	[PROBE_KEY_FAULT] = "protection fault",
	[PROBE_KEY_CALLBACK] = "protection fault",
	[PROBE_FAULT_CALLBACK] = "protection fault, the pgmap's callback",
	[PROBE_PGMAP_GONE] = "end of a pgmap",
	[PROBE_USER_FAULT] = "boundary: return from a user fault",
	[PROBE_THREAD_END] = "boundary: end of a thread",
	[PROBE_PREEMPTION] = "change of the preemption model",
	[PROBE_SYSCTL] = "ftrace is switched off",
	[PROBE_KPROBES] = "kprobes are switched off",
};

/* What was found out so far, in the order in which it is shown. */
static struct {
	struct report_fact *all;
	size_t nr, room;
	bool failed; /* no memory for one of them */
} facts;

static struct report_fact *fact__add(const char *name, const char *value)
{
	char *copy = strdup(value);

	if (!copy || array__grow(&facts.all, &facts.room, facts.nr, sizeof(*facts.all))) {
		free(copy);
		facts.failed = true;
		return NULL;
	}
	facts.all[facts.nr] = (struct report_fact){ .name = name, .value = copy };
	return &facts.all[facts.nr++];
}

static void line(const char *what, const char *value)
{
	fact__add(what, value);
}

/* One of several of that name. */
static void list_line(const char *what, const char *value, bool continued)
{
	struct report_fact *fact = fact__add(what, value);

	if (!fact)
		return;
	fact->list = true;
	fact->continued = continued;
}

static void facts__free(void)
{
	for (size_t i = 0; i < facts.nr; i++)
		free((void *)facts.all[i].value);
	free(facts.all);
}

static void print_probes(const struct dialect *d)
{
	bool traceable[NR_PROBES], continued = false, known;
	char text[160];

	known = dialect__traceable(d->function, NR_PROBES, traceable);
	for (int i = 0; i < NR_PROBES; i++) {
		if (!d->function[i])
			continue;
		snprintf(text, sizeof(text), "%-26s %s%s", d->function[i], probe_meaning[i],
			 traceable[i] ? "" :
			 known	      ? " (NOT in available_filter_functions)" :
					" (available_filter_functions can't be read)");
		list_line("probes", text, continued);
		continued = true;
	}
}

static void print_blind(void *arg, const char *what)
{
	(void)arg;
	list_line("blind", what, false);
}

static void print_dialect(const char *name, const char *layout)
{
	char text[80];

	snprintf(text, sizeof(text), "%s, %s", name, layout);
	list_line("dialect", text, false);
}

/* What to do about a kernel on which `run` can't work, in three lines at most. */
static void print_remedy(const struct dialect *d)
{
	if (!d->btf)
		line("remedy", "build this kernel with CONFIG_DEBUG_INFO_BTF");
	else if (!d->name)
		line("remedy",
		     "this kernel has no windows to trace. On any CPU: build yours with the\n"
		     "KMAP_TRACE patch (tests/kernel/patches of pkstrace's source); with PKS: "
		     "boot\n"
		     "what `tests/kernel/build` makes, or try both with `make vm`");
	else if (!d->cpu_has_pks)
		line("remedy", "boot on a CPU with PKS, or under QEMU with -cpu max");
	else
		line("remedy", "turn protection on: the kernel does not use the CPU's PKS");
}

static void print_kernel(const struct dialect *d)
{
	struct utsname uts = {};
	char text[160];

	uname(&uts);
	line("kernel", uts.release);
	line("CPU", d->cpu_has_pks ? "has PKS" : "has no PKS");
	line("protection", d->protection_on ? "on" : "off");
	line("type info", d->btf ? "yes (BTF)" : "no: build with CONFIG_DEBUG_INFO_BTF");
	dialect__each(d, print_dialect);
	if (!d->name)
		list_line("dialect", "none found", false);
	if (d->name && dialect__needs_pks(d))
		line("fault mode", fault_mode__name(d->fault_mode));
	if (d->name && dialect__has_pgmaps(d))
		line("pgmap key", pkey__describe(&d->pkey, text, sizeof(text)));
}

static void print_attach(const struct dialect *d)
{
	char text[80];

	if (!d->btf)
		return;
	snprintf(text, sizeof(text), "%s: programs on functions attach by %s",
		 preemption__name(d->preemption), attach_form__name(d->attach));
	line("preemption", text);
}

/* What keeps the kernel from calling programs that are attached. */
static enum status print_hooks(const struct dialect *d)
{
	const char *off = hooks__off(d->attach == ATTACH_KPROBE);

	line("programs", off ?: "are called");
	return off ? STATUS_CANNOT : STATUS_CLEAN;
}

static void print_restriction(void *arg, const char *what)
{
	(void)arg;
	list_line("restriction", what, false);
}

static void print_leftover(void *arg, const char *what)
{
	unsigned int *nr = arg;

	list_line("left over", what, (*nr)++);
}

/* What runs that were killed have left. */
static enum status print_leftovers(bool clean_up)
{
	unsigned int nr = 0, removed, left;
	char text[80];

	left = leftover__each(clean_up, &removed, print_leftover, &nr);
	if (removed)
		snprintf(text, sizeof(text), "%u things that were left are removed", removed);
	if (removed)
		line("cleaned up", text);
	line("system", left ? "not clean: `pkstrace check --clean-up` removes what is left" :
			      "clean: nothing is left of any run");
	return left ? STATUS_FINDINGS : STATUS_CLEAN;
}

static enum status check(struct symbols *symbols, bool clean_up)
{
	struct dialect d;
	char needed[128], missing[128], text[300];
	enum status usable = dialect__probe(&d, symbols, NULL, true), status = usable, left;

	if (d.name)
		pkey_probe__find(&d, symbols);
	print_kernel(&d);
	print_attach(&d);
	print_probes(&d);
	if (print_hooks(&d))
		status = STATUS_CANNOT;
	if (d.name) {
		dialect__blind(&d, print_blind, NULL);
		boundaries__blind(&d, print_blind, NULL);
	}
	preflight__missing_capabilities(missing, sizeof(missing));
	preflight__needed_capabilities(needed, sizeof(needed));
	snprintf(text, sizeof(text), "%s: %s%s", needed, missing[0] ? "missing " : "all there",
		 missing);
	line("capabilities", text);
	restrictions__each("", print_restriction, NULL);
	if (usable)
		print_remedy(&d);
	if (missing[0])
		status = STATUS_CANNOT;
	line("run", status ? "can't work here" : "can work here");
	dialect__close(&d);
	left = print_leftovers(clean_up);
	return status ?: left;
}

static enum status facts__print(const struct format *format, enum status status)
{
	const struct report_check check = { .fact = facts.all, .nr = facts.nr };
	struct report report = { .out = stdout, .format = format, .missing = facts.failed };

	report__check(&report, &check);
	facts__free();
	return report__status(&report, status);
}

enum status cmd_check(int argc, char **argv)
{
	struct input in = { .format = format__row(0) };
	struct symbols *symbols;
	enum status status;
	int err;
	bool help;

	status = options__parse(&argp, argc, argv, &in, &help);
	if (status || help)
		return status;
	status = format__needs("check", in.format, in.format->check);
	if (status)
		return status;
	symbols = symbols__open(NULL, &err);
	if (!symbols)
		status__note("addresses are hidden: %s", strerror(-err));
	status = check(symbols, in.clean_up);
	symbols__close(symbols);
	return facts__print(in.format, status);
}
