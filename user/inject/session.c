// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "inject/places.h"
#include "inject/session.h"
#include "pkstrace.skel.h"
#include "kernel/symbols/function_name.h"
#include "kernel/symbols/ksyms.h"
#include "trace/tracer.h"
#include "util/number.h"

#define WINDOW_MARK "CONFIG_DEVMAP_PROTECTION_ERROR_INJECTION"

/* Which of the dialect's functions a window's rules go to, by inject_range's index. */
static const enum probe forms[PKS_FORMS] = {
	PROBE_GRANT_PAGE,
	PROBE_REVOKE_PAGE,
	PROBE_GRANT_PGMAP,
	PROBE_REVOKE_PGMAP,
};

static bool form__is_grant(unsigned int form)
{
	return form == 0 || form == 2;
}

static struct bpf_program *form__program(const struct pkstrace *skel, unsigned int form,
					 enum attach_form attach)
{
	struct bpf_program *const programs[PKS_FORMS][2] = {
		{ skel->progs.inject_grant_page, skel->progs.inject_grant_page_regs },
		{ skel->progs.inject_revoke_page, skel->progs.inject_revoke_page_regs },
		{ skel->progs.inject_grant_pgmap, skel->progs.inject_grant_pgmap_regs },
		{ skel->progs.inject_revoke_pgmap, skel->progs.inject_revoke_pgmap_regs },
	};

	return programs[form][attach != ATTACH_TRAMPOLINE];
}

static uint8_t plan__kind_of_form(const struct inject_plan *plan, unsigned int form)
{
	return form__is_grant(form) ? plan->grant : plan->revoke;
}

static bool plan__skips(const struct inject_plan *plan)
{
	return plan->grant == PKS_SKIP_GRANT || plan->revoke == PKS_SKIP_REVOKE;
}

/* --- what the kernel allows --------------------------------------------- */

static bool kernel__may_override(void)
{
	return libbpf_probe_bpf_helper(BPF_PROG_TYPE_KPROBE, BPF_FUNC_override_return, NULL) == 1;
}

static enum status session__may_fail_calls(struct inject_session *s)
{
	if (!s->plan->nr_calls)
		return STATUS_CLEAN;
	if (!kernel__may_override())
		return status__say(STATUS_CANNOT, "fail: this kernel was built without "
						  "CONFIG_BPF_KPROBE_OVERRIDE");
	for (unsigned int i = 0; i < s->plan->nr_calls; i++) {
		const char *name = s->plan->calls[i].function;

		if (!injectables__find(&s->injectables, name))
			return status__say(
				STATUS_CANNOT,
				"fail: %s() is not on this kernel's list of functions that may "
				"fail (/sys/kernel/debug/error_injection/list): it lacks the "
				"mark ALLOW_ERROR_INJECTION(%s, ...)",
				name, name);
	}
	return STATUS_CLEAN;
}

static enum status session__may_inject(struct inject_session *s)
{
	int err;

	if (s->plan->extra_revoke)
		return status__say(
			STATUS_CANNOT,
			"extra-revoke: a program can't call a revoke on this kernel, as its "
			"revokes are not kfuncs; --skip-grant leaves the same count behind, "
			"one too low");
	err = injectables__read(&s->injectables);
	if (err && (plan__skips(s->plan) || s->plan->nr_calls))
		return status__say(STATUS_CANNOT,
				   "can't read /sys/kernel/debug/error_injection/list: %s; needs "
				   "CONFIG_FUNCTION_ERROR_INJECTION and a mounted debugfs",
				   strerror(-err));
	return session__may_fail_calls(s);
}

static bool dialect__has_forms(const struct dialect *dialect)
{
	for (unsigned int form = 0; form < PKS_FORMS; form++)
		if (dialect->function[forms[form]])
			return true;
	return false;
}

static enum status session__may_skip(struct inject_session *s, const struct dialect *dialect)
{
	if ((s->plan->grant || s->plan->revoke) && !dialect__has_forms(dialect))
		return status__say(
			STATUS_CANNOT,
			"inject: no grant or revoke can be broken on this kernel (dialect %s): "
			"it needs windows on protected memory",
			dialect->name);
	if (plan__skips(s->plan) && dialect->attach != ATTACH_TRAMPOLINE && !kernel__may_override())
		return status__say(
			STATUS_CANNOT,
			"skip: on a preemptible kernel that takes CONFIG_BPF_KPROBE_OVERRIDE, "
			"which this one was built without");
	for (unsigned int form = 0; plan__skips(s->plan) && form < PKS_FORMS; form++) {
		const char *function = dialect->function[forms[form]];

		if (function && plan__kind_of_form(s->plan, form) &&
		    !injectables__find(&s->injectables, function))
			return status__say(
				STATUS_CANNOT,
				"skip: this kernel does not let %s() be skipped: %s() lacks the "
				"mark ALLOW_ERROR_INJECTION(%s, ERRNO). On a kernel for tests, add "
				"that line below the function, or, with pkstrace's patches, build "
				"with " WINDOW_MARK "=y",
				function, function, function);
	}
	return STATUS_CLEAN;
}

/* --- names to addresses -------------------------------------------------- */

/* Of one option, in words of this kernel. */
struct place {
	const char *option;
	const char *text;
	__u64 address;
	__u64 end;
};

static enum status place__unknown(const struct place *p)
{
	return status__say(STATUS_USAGE, "%s: '%s' is not a function or address of this kernel",
			   p->option, p->text);
}

/* What follows the function's name: nothing, or +OFFSET. */
static bool place__offset(struct place *p, const char *plus)
{
	uint64_t offset;

	if (!*plus)
		return true;
	if (!number__natural(plus + 1, &offset) ||
	    __builtin_add_overflow(p->address, offset, &p->address))
		return false;
	p->end = p->address + 1;
	return true;
}

static enum status place__of_function(struct place *p, struct symbols *symbols)
{
	const char *plus = strchrnul(p->text, '+');
	struct function_name function;
	struct symbol symbol;
	enum status status;

	if (!function_name__parse(p->text, plus - p->text, &function))
		return place__unknown(p);
	status = function_name__find(&function, symbols, p->option);
	if (status)
		return status;
	if (!function.address || symbols__find(symbols, function.address, 0, &symbol))
		return place__unknown(p);
	p->address = function.address;
	p->end = p->address + symbol.size;
	return place__offset(p, plus) ? STATUS_CLEAN : place__unknown(p);
}

/* "0x1234", "function", "module:function", or one of the latter with "+0x12" */
static enum status place__find(struct place *p, struct symbols *symbols)
{
	uint64_t number;

	if (p->text[0] != '0' || p->text[1] != 'x')
		return place__of_function(p, symbols);
	if (!number__natural(p->text, &number))
		return place__unknown(p);
	p->address = number;
	p->end = p->address + 1;
	return STATUS_CLEAN;
}

static enum status session__filter(struct inject_session *s, const char *option, const char *text,
				   __u64 *address, __u64 *end)
{
	struct place place = { .option = option, .text = text };
	enum status status;

	if (!text)
		return STATUS_CLEAN;
	status = place__find(&place, s->tracer->symbols);
	if (status)
		return status;
	*address = place.address;
	if (end)
		*end = place.end;
	return STATUS_CLEAN;
}

/* A call is hooked by name, and the kernel takes the first that has it. */
static enum status session__calls_unique(struct inject_session *s)
{
	enum status status = STATUS_CLEAN;

	for (unsigned int i = 0; !status && i < s->plan->nr_calls; i++) {
		const char *name = s->plan->calls[i].function;
		struct function_name function;

		if (function_name__parse(name, strlen(name), &function))
			status = function_name__find(&function, s->tracer->symbols, "--fail");
	}
	return status;
}

static enum status session__cgroup(struct inject_session *s)
{
	struct statfs fs;

	if (!s->plan->cgroup)
		return STATUS_CLEAN;
	s->cgroup = open(s->plan->cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->cgroup < 0 || fstatfs(s->cgroup, &fs) || fs.f_type != CGROUP2_SUPER_MAGIC)
		return status__say(STATUS_USAGE,
				   "--cgroup: '%s' is not a directory below /sys/fs/cgroup, or "
				   "wherever cgroup2 is mounted",
				   s->plan->cgroup);
	s->plan->rule.filters |= PKS_FILTER_CGROUP;
	return STATUS_CLEAN;
}

static enum status session__set_cgroup(struct inject_session *s, const struct pkstrace *skel)
{
	__u32 zero = 0;

	if (s->cgroup < 0 ||
	    !bpf_map_update_elem(bpf_map__fd(skel->maps.rule_cgroup), &zero, &s->cgroup, BPF_ANY))
		return STATUS_CLEAN;
	return status__say(STATUS_CANNOT, "--cgroup: can't use '%s': %s", s->plan->cgroup,
			   strerror(errno));
}

static enum status session__resolve(struct inject_session *s)
{
	struct inject_plan *p = s->plan;
	struct pks_rule *r = &p->rule;
	enum status status = session__calls_unique(s);

	status = status ?:
			  session__filter(s, "--require-start", p->require_start, &r->require_start,
					  NULL);
	status = status ?:
			  session__filter(s, "--require-end", p->require_end, &r->require_end, NULL);
	status = status ?:
			  session__filter(s, "--reject-start", p->reject_start, &r->reject_start,
					  NULL);
	status = status ?: session__filter(s, "--reject-end", p->reject_end, &r->reject_end, NULL);
	status = status ?:
			  session__filter(s, "--call-site", p->call_site, &r->site_start,
					  &r->site_end);
	/* The kernel's default end is the highest address. */
	if (p->require_start && !p->require_end)
		r->require_end = ~0ULL;
	if (p->reject_start && !p->reject_end)
		r->reject_end = ~0ULL;
	return status ?: session__cgroup(s);
}

/* --- programs and rules -------------------------------------------------- */

static int session__configure_form(struct inject_session *s, unsigned int form,
				   const struct dialect *dialect)
{
	struct bpf_program *program = form__program(s->skel, form, dialect->attach);
	__u64 entry = dialect->entry[forms[form]], end;
	struct symbol symbol;

	if (!dialect->function[forms[form]] || !plan__kind_of_form(s->plan, form))
		return 0;
	end = symbols__find(s->tracer->symbols, entry, 0, &symbol) ? entry + 1 :
								     entry + symbol.size;
	s->skel->rodata->inject_range[form] = (struct pks_range){ entry, end };
	if (bpf_program__type(program) != BPF_PROG_TYPE_TRACING)
		return 0;
	/* Without a mark nothing may be skipped, but a delay needs none. */
	return bpf_program__set_expected_attach_type(program, plan__skips(s->plan) ?
								      BPF_MODIFY_RETURN :
								      BPF_TRACE_FENTRY);
}

/* What the programs look at first: of what is asked for, that which costs least. */
static enum pks_first session__first(const struct inject_session *s)
{
	const struct tracer_options *o = &s->tracer->options;
	const struct pks_rule *r = &s->plan->rule;

	if (r->filters & PKS_FILTER_COMM)
		return PKS_FIRST_COMM;
	if (r->filters & PKS_FILTER_TID)
		return PKS_FIRST_TID;
	if (o->command || o->pid)
		return PKS_FIRST_TARGET;
	if (r->filters & PKS_FILTER_CGROUP)
		return PKS_FIRST_CGROUP;
	if (r->site_end)
		return PKS_FIRST_SITE;
	return r->filters & PKS_FILTER_WINDOW ? PKS_FIRST_WINDOW : PKS_FIRST_ALL;
}

static bool session__first_alone(const struct inject_session *s, enum pks_first first)
{
	static const __u32 filter[] = {
		[PKS_FIRST_COMM] = PKS_FILTER_COMM,
		[PKS_FIRST_TID] = PKS_FILTER_TID,
		[PKS_FIRST_CGROUP] = PKS_FILTER_CGROUP,
		[PKS_FIRST_WINDOW] = PKS_FILTER_WINDOW,
	};
	const struct tracer_options *o = &s->tracer->options;
	const struct pks_rule *r = &s->plan->rule;

	bool aimed = o->command || o->pid, by_site = r->site_end;

	/* A dry run looks at all calls, to note their places. */
	return !s->dry && r->filters == filter[first] && aimed == (first == PKS_FIRST_TARGET) &&
	       by_site == (first == PKS_FIRST_SITE);
}

static void session__set_rules(struct inject_session *s)
{
	const struct inject_plan *p = s->plan;
	struct pks_rule *rules = s->skel->rodata->rules;

	rules[PKS_RULE_GRANT] = p->rule;
	rules[PKS_RULE_GRANT].kind = p->grant;
	rules[PKS_RULE_REVOKE] = p->rule;
	rules[PKS_RULE_REVOKE].kind = p->revoke;
	for (unsigned int i = 0; i < p->nr_calls; i++) {
		struct pks_rule *rule = &rules[PKS_RULE_CALLS + i];
		struct symbol symbol;

		*rule = p->rule;
		rule->kind = PKS_FAIL_CALL;
		rule->value = p->calls[i].value;
		rule->gfp_arg = injectable__gfp_argument(p->calls[i].function);
		rule->entry = symbols__address(s->tracer->symbols, p->calls[i].function);
		rule->end = symbols__find(s->tracer->symbols, rule->entry, 0, &symbol) ?
				    rule->entry + 1 :
				    rule->entry + symbol.size;
	}
	for (int i = 0; i < PKS_RULES; i++) {
		rules[i].dry = s->dry;
		rules[i].first = session__first(s);
		rules[i].alone = session__first_alone(s, rules[i].first);
		/* A draw of its own for each rule, the same again with the same seed. */
		rules[i].seed = p->rule.seed * PKS_RULES + i;
		s->skel->bss->rule_states[i] = (struct pks_rule_state){
			.times = p->rule.times,
			.space = p->rule.space,
			.spent = !p->rule.times || (!p->rule.probability && !p->rule.fail_nth),
		};
	}
}

/* What is to be broken is traced by the program that breaks it. */
static struct bpf_program *session__window(void *arg, struct pkstrace *skel, enum probe probe)
{
	struct inject_session *s = arg;

	for (unsigned int form = 0; form < PKS_FORMS; form++)
		if (forms[form] == probe && plan__kind_of_form(s->plan, form))
			return form__program(skel, form, s->tracer->dialect.attach);
	return NULL;
}

static int session__configure(void *arg, struct pkstrace *skel, const struct dialect *dialect)
{
	struct inject_session *s = arg;
	enum status status = session__may_skip(s, dialect);
	int err = 0;

	s->skel = skel;
	status = status ?: session__resolve(s);
	if (status)
		return status;
	for (unsigned int form = 0; !err && form < PKS_FORMS; form++)
		err = session__configure_form(s, form, dialect);
	skel->rodata->may_skip = plan__skips(s->plan);
	skel->rodata->note_places = s->dry;
	bpf_program__set_autoload(skel->progs.inject_fork, true);
	bpf_program__set_autoload(skel->progs.inject_exec, true);
	bpf_program__set_autoload(skel->progs.inject_over, true);
	bpf_program__set_autoload(skel->progs.inject_call, s->plan->nr_calls > 0);
	bpf_program__set_autoattach(skel->progs.inject_call, false);
	session__set_rules(s);
	return err;
}

static enum status session__attach(void *arg, struct pkstrace *skel)
{
	struct inject_session *s = arg;
	enum status status = session__set_cgroup(s, skel);

	for (unsigned int i = 0; !status && i < s->plan->nr_calls; i++)
		status = links__probe(&s->links, skel->progs.inject_call,
				      s->plan->calls[i].function, PKS_RULE_CALLS + i);
	return status;
}

/* "skip-revoke, should_failslab() fails with -ENOMEM" */
static void session__announce(struct inject_session *s)
{
	const struct inject_plan *p = s->plan;
	char what[512];
	size_t used = 0;

	what[0] = 0;
	if (p->grant)
		used += snprintf(what, sizeof(what), "%s", injection__kind_name(p->grant));
	if (p->revoke)
		used += snprintf(what + used, sizeof(what) - used, "%s%s", used ? ", " : "",
				 injection__kind_name(p->revoke));
	for (unsigned int i = 0; i < p->nr_calls && used < sizeof(what); i++)
		used += snprintf(what + used, sizeof(what) - used, "%s%s() returns %ld",
				 used ? ", " : "", p->calls[i].function, p->calls[i].value);
	announce__begin(&s->announcement, what);
}

/* A command's calls count from its exec on (bpf/prog/inject_call.bpf.c). */
static void session__started(void *arg, struct pkstrace *skel)
{
	struct inject_session *s = arg;

	if (!s->dry)
		session__announce(s);
	if (s->tracer->options.command)
		return;
	for (int i = 0; i < PKS_RULES; i++)
		skel->bss->rule_states[i].over = skel->bss->rule_states[i].spent;
	skel->bss->armed = 1;
}

static void session__stop(void *arg)
{
	struct inject_session *s = arg;

	announce__end(&s->announcement);

	if (s->skel && s->skel->bss) {
		s->skel->bss->armed = 0;
		for (int i = 0; i < PKS_RULES; i++)
			s->skel->bss->rule_states[i].over = 0;
	}
	links__destroy(&s->links);
}

/* The function that an injection made fail; NULL: none. */
static const char *session__function(const struct inject_session *s,
				     const struct pks_injection *one)
{
	if (one->rule >= PKS_RULE_CALLS && one->rule - PKS_RULE_CALLS < s->plan->nr_calls)
		return s->plan->calls[one->rule - PKS_RULE_CALLS].function;
	return NULL;
}

static void session__record(void *arg, const void *data, size_t size)
{
	const struct pks_injection *one = data;
	struct inject_session *s = arg;

	if (size < sizeof(*one))
		return;
	if (!injections__add(&s->injections, one, session__function(s, one)))
		announce__injection(&s->announcement, &s->tracer->resolver,
				    &s->injections.all[s->injections.nr - 1]);
}

/* --- the session --------------------------------------------------------- */

enum status inject_session__open(struct inject_session *s, struct inject_plan *plan, bool dry,
				 const struct tracer *tracer)
{
	enum status status;

	*s = (struct inject_session){ .plan = plan, .dry = dry, .tracer = tracer, .cgroup = -1 };
	s->extension = (struct collector_extension){
		.window = session__window,
		.configure = session__configure,
		.attach = session__attach,
		.started = session__started,
		.stop = session__stop,
		.record = session__record,
		.arg = s,
	};
	s->lock = inject_lock__take(&status);
	return status ?: session__may_inject(s);
}

void inject_session__report(const struct inject_session *s, struct report *report)
{
	struct report_injections all = { .dry = s->dry,
					 .seed = s->plan->rule.seed,
					 .places_lost = s->skel->bss->places_lost };

	if (!report__wants_injections(report))
		return;
	for (int i = 0; i < PKS_RULES; i++) {
		const struct pks_rule *rule = &s->skel->rodata->rules[i];
		__u64 hits = s->skel->bss->rule_states[i].hits;

		all.passed += s->skel->bss->rule_states[i].seen;
		if (!s->dry && rule->kind == PKS_FAIL_CALL && !rule->value)
			all.zeros += hits;
		else
			all.hits += hits;
	}
	/* The programs are off: the table is ours. */
	if (s->dry && inject_places__resolve(&s->tracer->resolver, s->skel->bss->places, &all)) {
		status__note("out of memory: places are missing");
		report->missing++;
	}
	report__injections(report, &all);
	inject_places__free(&all);
}

void inject_session__close(struct inject_session *s)
{
	injections__free(&s->injections);
	injectables__free(&s->injectables);
	if (s->cgroup >= 0)
		close(s->cgroup);
	if (s->lock >= 0)
		close(s->lock);
}
