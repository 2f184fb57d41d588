/*
 * PID 1 of the guest: mounts what Linux programs expect, starts the agent, reaps orphans, and ends the machine when the
 * agent ends.
 *
 * From the kernel's command line: `dirsync.agent=vport0p1` names the device of the line to the host below /dev,
 * `dirsync.nonce=` the word that proves which machine speaks, and `dirsync.exit=reboot` makes every end a reboot, for
 * machines that cannot power off (QEMU's -no-reboot ends on both).
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "entropy.h"

#define AGENT "/bin/agent"
/* The agent's exit status that stands for a reboot; see agent/main.c. */
#define EXIT_REBOOT 64
/* How long the agent's device may take to appear, in ms. */
#define DEVICE_WAIT_MS 5000

static const struct {
	const char *type, *target, *data;
	unsigned long flags;
	/* Kernels may lack the others. */
	bool required;
} MOUNTS[] = {
	{ "proc", "/proc", NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC, true },
	{ "sysfs", "/sys", NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC, true },
	{ "devtmpfs", "/dev", "mode=0755", MS_NOSUID, true },
	{ "devpts", "/dev/pts", "mode=0620,ptmxmode=0666", MS_NOSUID | MS_NOEXEC, false },
	{ "tmpfs", "/dev/shm", "mode=1777", MS_NOSUID | MS_NODEV, true },
	{ "tmpfs", "/run", "mode=0755", MS_NOSUID | MS_NODEV, true },
	{ "tmpfs", "/tmp", "mode=1777", MS_NOSUID | MS_NODEV, true },
	{ "debugfs", "/sys/kernel/debug", NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC, false },
};

static const char *const ENVIRONMENT[][2] = {
	{ "PATH", "/bin:/sbin:/usr/bin:/usr/sbin" },
	{ "HOME", "/root" },
	{ "USER", "root" },
	{ "SHELL", "/bin/sh" },
	{ "TERM", "linux" },
	{ "LANG", "C.UTF-8" },
	{ "TMPDIR", "/tmp" },
	/* Where a program made by pkg puts the native addons that it carries, whichever user runs it. */
	{ "PKG_NATIVE_CACHE_PATH", "/var/cache/pkg" },
};

/* To the console: the host reads it there when the agent cannot speak. */
__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	dprintf(STDOUT_FILENO, "dirsync-init: ");
	vdprintf(STDOUT_FILENO, format, args);
	dprintf(STDOUT_FILENO, "\n");
	va_end(args);
	tcdrain(STDOUT_FILENO);
}

static _Noreturn void end_machine(int how)
{
	kill(-1, SIGKILL);
	sync();
	reboot(how);
	/* Without a way to power off, the kernel halts or refuses; a reboot always ends. */
	reboot(RB_AUTOBOOT);
	say("cannot end the machine: %s", strerror(errno));
	for (;;)
		pause();
}

/* The value of `name=` on the kernel's command line, or `otherwise`. */
static const char *parameter(const char *name, const char *otherwise)
{
	static char line[4096];
	size_t len = strlen(name);

	if (line[0] == '\0') {
		int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
		ssize_t n = fd < 0 ? 0 : read(fd, line, sizeof(line) - 1);

		close(fd);
		for (ssize_t i = 0; i < n; i++) {
			if (line[i] == ' ' || line[i] == '\n')
				line[i] = '\0';
		}
	}
	for (const char *word = line; word < line + sizeof(line) - 1; word += strlen(word) + 1) {
		if (strncmp(word, name, len) == 0 && word[len] == '=')
			return word + len + 1;
	}
	return otherwise;
}

static void mount_all(void)
{
	for (size_t i = 0; i < sizeof(MOUNTS) / sizeof(MOUNTS[0]); i++) {
		mkdir(MOUNTS[i].target, 0755);
		if (mount(MOUNTS[i].type, MOUNTS[i].target, MOUNTS[i].type, MOUNTS[i].flags, MOUNTS[i].data) < 0 &&
		    MOUNTS[i].required)
			say("cannot mount %s on %s: %s", MOUNTS[i].type, MOUNTS[i].target, strerror(errno));
	}
}

/* The host tells of the ports of a virtio device one by one, which may take until after init has begun. */
static void await_device(const char *path)
{
	char events[4096];
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	struct pollfd created = { .fd = fd, .events = POLLIN };

	inotify_add_watch(fd, "/dev", IN_CREATE);
	while (access(path, F_OK) < 0) {
		if (poll(&created, 1, DEVICE_WAIT_MS) <= 0) {
			say("no %s in %d ms", path, DEVICE_WAIT_MS);
			break;
		}
		while (read(fd, events, sizeof(events)) > 0)
			continue;
	}
	close(fd);
}

/*
 * An emulated processor has no source of chance, and whoever asks for some waits: mke2fs for 4 s, time and again. The word
 * that is new for each guest is enough for a guest without secrets.
 */
static void seed_random(void)
{
	char seed[ENTROPY_BYTES];
	int fd = open("/dev/urandom", O_WRONLY | O_CLOEXEC);

	/* Zeros fill what it leaves. */
	strncpy(seed, parameter("dirsync.nonce", "none"), sizeof(seed));
	if (fd < 0 || add_entropy(fd, seed) < 0)
		say("cannot seed /dev/urandom: %s", strerror(errno));
	close(fd);
}

static pid_t start_agent(void)
{
	const char *nonce = parameter("dirsync.nonce", "none");
	char line[256];

	snprintf(line, sizeof(line), "/dev/%s", parameter("dirsync.agent", "vport0p1"));
	await_device(line);
	pid_t pid = fork();

	if (pid == 0) {
		execl(AGENT, "agent", "--line", line, "--nonce", nonce, (char *)NULL);
		say("cannot start " AGENT ": %s", strerror(errno));
		_exit(127);
	}
	return pid;
}

/* Reaps orphans until the agent ends; gives the agent's wait status. */
static int wait_for(pid_t agent)
{
	for (;;) {
		int status;
		pid_t pid = wait(&status);

		if (pid == agent)
			return status;
		if (pid < 0 && errno == ECHILD)
			return 127 << 8; /* The agent could not even be forked. */
	}
}

int main(void)
{
	umask(022);
	for (size_t i = 0; i < sizeof(ENVIRONMENT) / sizeof(ENVIRONMENT[0]); i++)
		setenv(ENVIRONMENT[i][0], ENVIRONMENT[i][1], 1);
	mount_all();
	if (sethostname("dirsync", strlen("dirsync")) < 0)
		say("cannot set the host name: %s", strerror(errno));

	seed_random();
	int status = wait_for(start_agent());
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;

	if (WIFSIGNALED(status))
		say("agent ended with signal %d (SIG%s)", WTERMSIG(status), sigabbrev_np(WTERMSIG(status)));
	else if (code != 0 && code != EXIT_REBOOT)
		say("agent ended with exit status %d", code);
	bool reboots = code == EXIT_REBOOT || strcmp(parameter("dirsync.exit", "poweroff"), "reboot") == 0;

	end_machine(reboots ? RB_AUTOBOOT : RB_POWER_OFF);
}
