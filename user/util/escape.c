// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "util/escape.h"

#define COPIES 8
#define ESCAPE 4 /* "\x1b" */

static bool byte__is_plain(unsigned char byte)
{
	return byte >= ' ' && byte < 0x7f;
}

static bool text__is_plain(const char *text)
{
	while (byte__is_plain(*text))
		text++;
	return !*text;
}

const char *escaped__copy(const char *text)
{
	static const char digits[] = "0123456789abcdef";
	static char copies[COPIES][8192];
	static unsigned int next;
	char *copy = copies[next++ % COPIES], *to = copy;

	for (; *text && to < copy + sizeof(copies[0]) - ESCAPE - 1; text++) {
		unsigned char byte = *text;

		if (byte__is_plain(byte)) {
			*to++ = byte;
			continue;
		}
		*to++ = '\\';
		*to++ = 'x';
		*to++ = digits[byte >> 4];
		*to++ = digits[byte & 15];
	}
	*to = 0;
	return copy;
}

const char *escaped(const char *text)
{
	return text__is_plain(text) ? text : escaped__copy(text);
}
