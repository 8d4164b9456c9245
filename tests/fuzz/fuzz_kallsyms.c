// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz.h"

#include "abi/record.h"
#include "kernel/symbols/ksyms.h"

static uint32_t no_events(void *arg)
{
	(void)arg;
	return 0;
}

/* Every address that the text may have, and what comes and goes there. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pks_module_event event = { .type = PKS_RECORD_MODULE,
					  .number = 1,
					  .start = 0xffffffffc0000000,
					  .end = 0xffffffffc0010000,
					  .name = "drv" };
	char text[256];
	int err;
	struct symbols *symbols = symbols__open(fuzz__file(data, size), &err);

	if (!symbols)
		return 0;
	symbols__follow(symbols, no_events, NULL);
	for (int round = 0; round < 3; round++) {
		for (uint64_t at = 0xffffffff81000000; at < 0xffffffff81000400; at += 0x40)
			symbols__format(symbols, at, round & 1, text, sizeof(text));
		for (uint64_t at = event.start - 0x80; at < event.start + 0x400; at += 0x40)
			symbols__format(symbols, at, round & 1, text, sizeof(text));
		symbols__format(symbols, PKS_RETIRED(event.start + 0x40, 2), 0, text, sizeof(text));
		symbols__address(symbols, "first");
		symbols__module_event(symbols, &event);
		symbols__reread(symbols);
		symbols__adopt(symbols);
		event.number++;
		event.gone ^= 1;
	}
	symbols__close(symbols);
	return 0;
}
