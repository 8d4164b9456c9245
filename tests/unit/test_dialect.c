// SPDX-License-Identifier: GPL-2.0-only
/* What a dialect says of itself: what is traced, and what it hides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <bpf/btf.h>
#include <cmocka.h>

#include "kernel/dialect/dialect.h"

static const struct dialect v10 = {
	.name = "V10",
	.layout = "outofline",
	.fault_mode = FAULT_MODE_STRICT,
	.facts = { .pkey_mask = 0xc, .pkey_default = 0x4 },
	.function = { [PROBE_GRANT_PAGE] = "g",
		      [PROBE_REVOKE_PAGE] = "r",
		      [PROBE_KEY_FAULT] = "f" },
	.preemption = PREEMPTION_NONE,
};

static const struct dialect v7_inline = {
	.name = "V7",
	.layout = "inline",
	.fault_mode = FAULT_MODE_RELAXED,
	.function = { [PROBE_GRANT_PGMAP] = "g",
		      [PROBE_REVOKE_PGMAP] = "r",
		      [PROBE_KEY_CALLBACK] = "f" },
};

static const struct dialect keys = {
	.name = "BULKHEAD",
	.layout = "keys",
	.facts = { .count_source = PKS_COUNT_SOURCE_NONE, .key = PKS_KEY_PKEY },
	.function = { [PROBE_KEY_UPDATE] = "u", [PROBE_KEY_FAULT] = "f" },
};

static const struct dialect kmap = {
	.name = "kmap-trace",
	.layout = "every page",
	.facts = { .count_source = PKS_COUNT_SOURCE_KMAP },
	.function = { [PROBE_GRANT_ARG] = "g", [PROBE_REVOKE_ARG] = "r" },
};

static const struct dialect pair = {
	.name = "own pair",
	.layout = "-",
	.facts = { .count_source = PKS_COUNT_SOURCE_NONE,
		   .key = PKS_KEY_ARG,
		   .grant_arg = PKS_NO_ARG,
		   .revoke_arg = PKS_NO_ARG },
	.function = { [PROBE_GRANT_ARG] = "take", [PROBE_REVOKE_ARG] = "drop" },
};

static void add(void *text, const char *what)
{
	strcat(text, what);
	strcat(text, "\n");
}

/* All that is said to be hidden. */
static const char *blind(const struct dialect *d)
{
	static char text[2048];

	text[0] = 0;
	dialect__blind(d, add, text);
	return text;
}

static void hides(const struct dialect *d, const char *what)
{
	if (!strstr(blind(d), what))
		fail_msg("%s does not say that it hides %s: %s", d->name, what, blind(d));
}

static void test_all_is_seen(void **state)
{
	(void)state;
	assert_string_equal(blind(&v10), "");
	assert_true(dialect__has_keys(&v10) && dialect__has_faults(&v10));
	assert_true(dialect__needs_pks(&v10));
	assert_null(dialect__switch(&v10));
}

static void test_what_is_hidden(void **state)
{
	(void)state;
	hides(&v7_inline, "no wrong-page, no out-of-order");
	hides(&v7_inline, "fault mode relaxed");
	assert_true(dialect__has_faults(&v7_inline) && !dialect__has_keys(&v7_inline));
	hides(&keys, "no underflow, no wrong-page, no out-of-order");
	hides(&keys, "keeps no count");
	hides(&kmap, "no stray-access, no ineffective-grant, no residue");
	hides(&kmap, "no inherited");
	assert_false(dialect__has_faults(&kmap) || dialect__needs_pks(&kmap));
	assert_non_null(dialect__switch(&kmap));
	hides(&pair, "no argument to compare: no wrong-page, no out-of-order, no cross-thread");
	hides(&pair, "keeps no count");
	hides(&pair, "no faults: no stray-access");
}

/* What comes with the kernel's preemption, and with the programs it then takes. */
static void test_preemption(void **state)
{
	struct dialect d = v10;

	(void)state;
	d.preemption = PREEMPTION_FULL;
	hides(&d, "preemptible and programs are on trampolines");
	d.attach = ATTACH_KPROBE_MULTI;
	hides(&d, "this kernel does not count the calls it then refuses");
	d.facts.kprobe_misses = 1;
	assert_string_equal(blind(&d), "");
	d.preemption = PREEMPTION_RT;
	hides(&d, "a softirq runs in a thread");
	hides(&d, "interrupt handlers run in threads");
}

static void test_key_not_found(void **state)
{
	struct dialect d = v10;

	(void)state;
	d.facts.pkey_mask = 0;
	hides(&d, "protection key was not found: no ineffective-grant, no residue");
	assert_null(strstr(blind(&kmap), "protection key"));
}

/* A function with `args` arguments. */
static void add_function(struct btf *btf, const char *name, int args)
{
	int number = btf__find_by_name(btf, "u64"), proto = btf__add_func_proto(btf, 0);

	for (int i = 0; i < args; i++)
		assert_int_equal(btf__add_func_param(btf, "arg", number), 0);
	assert_true(btf__add_func(btf, name, BTF_FUNC_GLOBAL, proto) > 0);
}

static void add_struct(struct btf *btf, const char *name, const char *member)
{
	int number = btf__find_by_name(btf, "u64");

	assert_true(btf__add_struct(btf, name, 8) > 0);
	if (member)
		assert_int_equal(btf__add_field(btf, member, number, 0, 0), 0);
}

/* A kernel with keys, whose tasks have `count`, and with these functions, if any. */
static struct btf *kernel_types(const char *count, const char *grant, const char *revoke)
{
	struct btf *btf = btf__new_empty();

	assert_true(btf__add_int(btf, "u64", 8, 0) > 0);
	add_struct(btf, "task_struct", count);
	add_struct(btf, "thread_struct", "pkrs");
	add_function(btf, "pks_update_protection", 2);
	add_function(btf, "pks_handle_key_fault", 3);
	if (grant) {
		add_function(btf, grant, 1);
		add_function(btf, revoke, 1);
		add_function(btf, "pgmap_pks_fault_callback", 3);
	}
	return btf;
}

static char listed[128];

static void list(const char *name, const char *layout)
{
	(void)layout;
	strcat(listed, name);
	strcat(listed, " ");
}

static const char *dialects_of(struct btf *btf)
{
	const struct dialect d = { .btf = btf };

	listed[0] = 0;
	dialect__each(&d, list);
	btf__free(btf);
	return listed;
}

/* A dialect is what all of its facts say, not two functions' names. */
static void test_which_fit(void **state)
{
	(void)state;
	assert_string_equal(dialects_of(kernel_types("pgmap_prot_count", "__pgmap_set_readwrite",
						     "__pgmap_set_noaccess")),
			    "V10 ");
	assert_string_equal(dialects_of(kernel_types(NULL, NULL, NULL)), "BULKHEAD ");
	/* V8's functions and V10's register: neither. */
	assert_string_equal(dialects_of(kernel_types("pgmap_prot_count", "__pgmap_mk_readwrite",
						     "__pgmap_mk_noaccess")),
			    "");
}

static void test_arguments_are_compared(void **state)
{
	struct dialect by_argument = pair;

	(void)state;
	by_argument.facts.grant_arg = 1;
	by_argument.facts.revoke_arg = 0;
	assert_true(dialect__has_keys(&by_argument));
	assert_null(strstr(blind(&by_argument), "no argument"));
}

static void test_names(void **state)
{
	char text[160];

	(void)state;
	dialect__describe(&v10, text, sizeof(text));
	assert_string_equal(text, "V10, layout outofline, fault mode strict");
	dialect__describe(&kmap, text, sizeof(text));
	assert_string_equal(text, "kmap-trace, every page, no PKS");
	dialect__describe(&pair, text, sizeof(text));
	assert_string_equal(text, "grant take, revoke drop, without cross-check");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_is_seen), cmocka_unit_test(test_what_is_hidden),
		cmocka_unit_test(test_preemption),  cmocka_unit_test(test_arguments_are_compared),
		cmocka_unit_test(test_names),	    cmocka_unit_test(test_key_not_found),
		cmocka_unit_test(test_which_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
