/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A record of each window that ends, where the loader has asked for that (settings.window_log):
 * where it has not, the verifier takes this code out. Their ring is not that of findings, for
 * they would fill it. A window is logged wherever its hold time is counted, and there alone:
 * windows whose time was counted = delivered + dropped.
 */
#ifndef PKSTRACE_WINDOW_LOG_BPF_H
#define PKSTRACE_WINDOW_LOG_BPF_H

#include "core/table.bpf.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 12); /* the loader makes it larger where it is used */
} window_ring SEC(".maps") __weak;

/* depth: windows that the thread of `s` had open up to this one, with it. */
static __always_inline void window__log(const struct pks_slot *s, const struct window_event *e,
					const struct pks_frame *f, __u32 revoked_by, __s32 depth)
{
	struct pks_window *w;

	if (!settings.window_log)
		return;
	w = bpf_ringbuf_reserve(&window_ring, sizeof(*w), 0);
	if (!w) {
		__sync_fetch_and_add(&windows_dropped, 1);
		return;
	}
	w->type = PKS_RECORD_WINDOW;
	w->context = f->context;
	w->depth = depth;
	w->pad = 0;
	w->tid = s->tid;
	w->tgid = s->tgid;
	w->granted_by = f->site;
	w->revoked_by = revoked_by;
	w->granted = f->since;
	w->revoked = e->now;
	w->key = f->key;
	bpf_get_current_comm(w->comm, sizeof(w->comm));
	bpf_ringbuf_submit(w, 0);
}

#endif
