// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz.h"

#include "report/session/merge.h"
#include "report/session/reader.h"

/* Each record, and the sum of two such files. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *path = fuzz__file(data, size);
	const char *const twice[] = { path, path };
	struct session_record record;
	struct session s;
	struct merged m;

	fuzz__quiet();
	if (!session__open(&s, path, true)) {
		for (size_t i = 0; i < s.nr; i++)
			if (!session__record(&s, i, &record))
				session_record__free(&record);
		session__status(&s);
	}
	session__close(&s);
	merged__open(&m, twice, 2, true);
	merged__close(&m);
	return 0;
}
