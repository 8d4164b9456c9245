// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <string.h>

#include "kernel/dialect/dialect.h"
#include "findings/callchain.h"
#include "kernel/symbols/ksyms.h"

/* Own frames stand at the top only: program, trampoline, traced function and its shell. */
#define OWN_FRAMES_MAX 8

/* What kallsyms calls the code that tracers make: programs, and trampolines to them and others. */
static bool module__is_tracer(const char *module)
{
	return module && (!strcmp(module, "bpf") || !strcmp(module, "__builtin__ftrace") ||
			  !strcmp(module, "__builtin__kprobes"));
}

/* Code of tracers', in the midst of a stack: of somebody's program on a function further out. */
static bool symbol__is_tracer(const struct symbol *symbol)
{
	return module__is_tracer(symbol->module) || !strncmp(symbol->name, "bpf_trampoline_", 15) ||
	       !strncmp(symbol->name, "bpf_prog_", 9) ||
	       !strncmp(symbol->name, "bpf_dispatcher_", 15);
}

void stack__drop_tracers(struct symbols *symbols, struct model_stack *stack)
{
	unsigned int kept = 0;
	struct symbol symbol;

	for (unsigned int i = 0; i < stack->nr; i++)
		if (symbols__find(symbols, stack->address[i], SYMBOL_RETURN, &symbol) ||
		    !symbol__is_tracer(&symbol))
			stack->address[kept++] = stack->address[i];
	stack->nr = kept;
}

static bool frame__is_own(struct symbols *symbols, __u64 address)
{
	struct symbol sym;

	if (symbols__find(symbols, address, SYMBOL_RETURN, &sym))
		return false;
	if (module__is_tracer(sym.module))
		return true;
	return !strncmp(sym.name, "bpf_", 4) || !strncmp(sym.name, "__bpf_", 6) ||
	       dialect__is_own(sym.name);
}

unsigned int stack__skip_own(struct symbols *symbols, const struct model_stack *stack)
{
	unsigned int first = 0;
	struct symbol sym;

	/* Below a stranger is another trampoline: of a program on a function further out. */
	for (unsigned int i = 0; i < stack->nr && i < OWN_FRAMES_MAX; i++) {
		if (frame__is_own(symbols, stack->address[i]))
			first = i + 1;
		else if (!symbols__find(symbols, stack->address[i], SYMBOL_RETURN, &sym))
			break;
	}
	return first;
}

unsigned int stack__skip_exception(struct symbols *symbols, const struct model_stack *stack,
				   __u64 ip)
{
	struct symbol sym;

	for (unsigned int i = 0; i < stack->nr; i++)
		if (stack->address[i] == ip)
			return i;
	for (unsigned int i = 0; i < stack->nr; i++)
		if (!symbols__find(symbols, stack->address[i], 0, &sym) &&
		    dialect__is_fault_entry(sym.name))
			return i + 1;
	return stack__skip_own(symbols, stack);
}
