/*
 * faults fail-nth REPORT N SYSCALL PROGRAM [ARG]...: runs PROGRAM, and has the Nth operation of its first thread fail that the
 * kernel's fault injection can make fail: an allocation, or a copy from or to the program's memory.
 *
 * SYSCALL is the number of the system call in which is counted, or -1: everywhere from after its exec to its end. The program
 * is held by ptrace where the counter is to be set (/proc/PID/task/TID/fail-nth, see the kernel's
 * Documentation/fault-injection/fault-injection.rst), so it runs as it is. REPORT becomes a file with two numbers: whether
 * the failure took place, and the program's wait status.
 */
#include "faults.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

/* Without these the kernel spares the allocations that may sleep, which are nearly all, and single pages. */
static const char *const SETTINGS[][2] = {
	{ "failslab/ignore-gfp-wait", "N" },
	{ "fail_page_alloc/ignore-gfp-wait", "N" },
	{ "fail_page_alloc/ignore-gfp-highmem", "N" },
	{ "fail_page_alloc/min-order", "0" },
	/* A line in the log for each failure, but no backtrace. */
	{ "failslab/verbose", "1" },
	{ "fail_page_alloc/verbose", "1" },
	{ "fail_usercopy/verbose", "1" },
};

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die("write %s to %s (only a kernel with CONFIG_FAULT_INJECTION has it)", text, path);
	close(fd);
}

static void configure(void)
{
	char path[128];

	for (size_t i = 0; i < sizeof(SETTINGS) / sizeof(SETTINGS[0]); i++) {
		snprintf(path, sizeof(path), "/sys/kernel/debug/%s", SETTINGS[i][0]);
		put(path, SETTINGS[i][1]);
	}
}

static int open_counter(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task/%d/fail-nth", pid, pid);
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die("open %s", path);
	return fd;
}

static void set_counter(int fd, unsigned int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);

	if (pwrite(fd, text, (size_t)len, 0) < 0)
		die("set fail-nth");
}

/* What is left to count; 0: it has failed. */
static unsigned int get_counter(int fd)
{
	char text[16] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) < 0)
		die("read fail-nth");
	return (unsigned int)strtoul(text, NULL, 10);
}

struct run {
	/* Failures still to be counted off; 0: it has taken place. */
	unsigned int left;
	long long syscall;
	/* Whether the program is inside that system call. */
	bool inside;
	int counter;
};

/* The program is stopped at the beginning or end of a system call. */
static void at_syscall(struct run *run, pid_t pid)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) < 0)
		die("ask for the system call");
	if (run->inside) {
		run->left = get_counter(run->counter);
		set_counter(run->counter, 0);
		run->inside = false;
	} else if (info.op == PTRACE_SYSCALL_INFO_ENTRY && (long long)info.entry.nr == run->syscall && run->left > 0) {
		set_counter(run->counter, run->left);
		run->inside = true;
	}
}

/* Handles one stop; gives the signal that the program is to be sent on with. */
static int at_stop(struct run *run, pid_t pid, int status)
{
	int signal = WSTOPSIG(status), event = status >> 16;

	if (event == PTRACE_EVENT_EXEC) {
		if (run->counter < 0)
			run->counter = open_counter(pid);
		if (run->syscall < 0)
			set_counter(run->counter, run->left);
	} else if (event == PTRACE_EVENT_EXIT) {
		/* A program that is killed inside a call never comes to its end. */
		if (run->counter >= 0 && (run->syscall < 0 || run->inside))
			run->left = get_counter(run->counter);
	} else if (signal == (SIGTRAP | 0x80) && run->counter >= 0) {
		at_syscall(run, pid);
	}
	return event || signal == (SIGTRAP | 0x80) || signal == SIGSTOP ? 0 : signal;
}

int fail_nth(char **args)
{
	struct run run = { .left = (unsigned int)atoi(args[1]), .syscall = atoll(args[2]), .counter = -1 };
	int options = PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT | PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL;
	int status;

	configure();
	pid_t pid = fork();

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		execvp(args[3], args + 3);
		die("exec %s", args[3]);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || ptrace(PTRACE_SETOPTIONS, pid, 0, options) < 0)
		die("trace a child");
	for (int signal = 0;; signal = at_stop(&run, pid, status)) {
		ptrace(run.syscall < 0 ? PTRACE_CONT : PTRACE_SYSCALL, pid, 0, signal);
		if (waitpid(pid, &status, 0) < 0)
			die("wait for %s", args[3]);
		if (!WIFSTOPPED(status))
			break;
	}
	if (run.counter < 0)
		return 1;
	FILE *report = fopen(args[0], "we");

	if (!report || fprintf(report, "%d %d\n", run.left == 0, status) < 0 || fclose(report) != 0)
		die("write %s", args[0]);
	return 0;
}
