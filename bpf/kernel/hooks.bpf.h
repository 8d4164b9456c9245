/* SPDX-License-Identifier: GPL-2.0-only */
/* What switches the calls of attached programs off, for the whole system. */
#ifndef PKSTRACE_HOOKS_BPF_H
#define PKSTRACE_HOOKS_BPF_H

#include "kernel/kernel.bpf.h"

/* The int at this address is 0; 0: there is none. */
static __always_inline bool kernel__switched_off(__u64 address)
{
	int on = 1;

	if (address)
		bpf_probe_read_kernel(&on, sizeof(on), (const void *)address);
	return !on;
}

/* As kstrtobool() reads what somebody writes; what can't be read may be anything. */
static __always_inline bool kernel__says_off(const char *user_text)
{
	char word[2] = "";

	if (bpf_probe_read_user(word, sizeof(word), user_text) < 0 &&
	    bpf_probe_read_user(word, 1, user_text) < 0)
		return true;
	switch (word[0]) {
	case '0':
	case 'n':
	case 'N':
	case 'f':
	case 'F':
		return true;
	case 'o':
	case 'O':
		return word[1] == 'f' || word[1] == 'F';
	}
	return false;
}

#endif
