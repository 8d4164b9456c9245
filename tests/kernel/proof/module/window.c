// SPDX-License-Identifier: GPL-2.0-only
/* The register and the count as windows open and close in one thread. */
#include <linux/dax.h>
#include "proof.h"

static int show_kmap_local(struct seq_file *m)
{
	void *addr;

	show_now(m, "before");
	addr = kmap_local_page(proof_page[0]);
	show_now(m, "mapped");
	kunmap_local(addr);
	show_now(m, "unmapped");
	return 0;
}

static int show_kmap_atomic(struct seq_file *m)
{
	struct state mapped;
	void *addr;

	addr = kmap_atomic(proof_page[0]);
	mapped = read_state();
	kunmap_atomic(addr);
	show_state(m, "mapped", mapped);
	show_now(m, "unmapped");
	return 0;
}

static int show_ordinary(struct seq_file *m)
{
	struct page *page = alloc_page(GFP_KERNEL);
	void *addr;

	if (!page)
		return -ENOMEM;
	addr = kmap_local_page(page);
	show_now(m, "mapped");
	kunmap_local(addr);
	show_now(m, "unmapped");
	__free_page(page);
	return 0;
}

static int show_dax(struct seq_file *m)
{
	dax_set_readwrite(proof_dax);
	show_now(m, "opened");
	dax_set_noaccess(proof_dax);
	show_now(m, "closed");
	return 0;
}

static int show_pgmap(struct seq_file *m)
{
	__pgmap_set_readwrite(proof_pgmap);
	show_now(m, "opened");
	__pgmap_set_noaccess(proof_pgmap);
	show_now(m, "closed");
	return 0;
}

static int show_kmap(struct seq_file *m)
{
	kmap(proof_page[0]);
	show_now(m, "mapped");
	kunmap(proof_page[0]);
	show_now(m, "unmapped");
	return 0;
}

/* Windows of all kinds nest, and may close in any order. */
static int show_nesting(struct seq_file *m)
{
	void *a, *b;

	a = kmap_local_page(proof_page[0]);
	show_now(m, "kmap");
	dax_set_readwrite(proof_dax);
	show_now(m, "dax");
	b = kmap_local_page(proof_page[1]);
	show_now(m, "kmap-2");
	__pgmap_set_readwrite(proof_pgmap);
	show_now(m, "pgmap");
	kunmap_local(a);
	show_now(m, "unkmap");
	__pgmap_set_noaccess(proof_pgmap);
	show_now(m, "unpgmap");
	kunmap_local(b);
	show_now(m, "unkmap-2");
	dax_set_noaccess(proof_dax);
	show_now(m, "undax");
	return 0;
}

static int show_access(struct seq_file *m)
{
	u8 *addr = kmap_local_page(proof_page[0]);
	bool same;

	WRITE_ONCE(addr[7], 0x5a);
	same = READ_ONCE(addr[7]) == 0x5a;
	kunmap_local(addr);
	seq_printf(m, "read back %s\n", same ? "yes" : "no");
	return 0;
}

/* One revoke too many poisons the next window. */
static int show_underflow(struct seq_file *m)
{
	void *addr = kmap_local_page(proof_page[0]);

	kunmap_local(addr);
	kunmap_local(addr);
	show_now(m, "unmapped-twice");
	kmap_local_page(proof_page[0]);
	show_now(m, "mapped");
	kunmap_local(addr);
	show_now(m, "unmapped");
	return 0;
}

/* The revoke believes the address: outside the pgmap it revokes nothing. */
static int show_wrong_revoke(struct seq_file *m)
{
	struct page *page = alloc_page(GFP_KERNEL);
	void *addr;

	if (!page)
		return -ENOMEM;
	addr = kmap_local_page(proof_page[0]);
	kunmap_local(page_address(page));
	show_now(m, "ordinary-unmapped");
	kunmap_local(addr);
	show_now(m, "unmapped");
	__free_page(page);
	return 0;
}

/* Defect 7 of the series: the folio's map does not grant, its unmap revokes. */
static int show_folio(struct seq_file *m)
{
	void *addr = kmap_local_folio(page_folio(proof_page[0]), 0);

	show_now(m, "mapped");
	kunmap_local(addr);
	show_now(m, "unmapped");
	return 0;
}

const struct proof window_proofs[] = {
	{ "kmap-local", show_kmap_local }, { "kmap-atomic", show_kmap_atomic },
	{ "ordinary", show_ordinary },	   { "dax", show_dax },
	{ "pgmap", show_pgmap },	   { "kmap", show_kmap },
	{ "nesting", show_nesting },	   { "access", show_access },
	{ "underflow", show_underflow },   { "wrong-revoke", show_wrong_revoke },
	{ "folio", show_folio },	   {}
};
