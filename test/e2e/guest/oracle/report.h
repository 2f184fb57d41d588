/* SPDX-License-Identifier: MIT */
/* What is compared, what was found to differ so far, and how it is printed: names escaped, so that a line is a line. */
#ifndef ORACLE_REPORT_H
#define ORACLE_REPORT_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A difference may be the live syncer's work in progress; a run reports so many and stops. */
#define MAX_REPORTED 20

/* What is compared beside what always is. */
struct scope {
	int links;
	int xattrs;
	int holes;
	int roots;
};

struct report {
	int differences;
	int quiet;
};

static void die(const char *what, const char *path)
{
	fprintf(stderr, "treecmp: %s %s: %s\n", what, path, strerror(errno));
	exit(2);
}

/* Bytes outside printable ASCII as \xNN, so that a line of output is a line. */
static void print_escaped(FILE *out, const char *text)
{
	for (; *text; text++) {
		unsigned char c = *text;

		if (c < 0x21 || c > 0x7e || c == '\\')
			fprintf(out, "\\x%02x", c);
		else
			fputc(c, out);
	}
}

static void differ(struct report *report, const char *path, const char *format, ...)
{
	va_list args;

	if (report->differences++ >= MAX_REPORTED || report->quiet)
		return;
	print_escaped(stdout, path);
	printf(": ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

#endif
