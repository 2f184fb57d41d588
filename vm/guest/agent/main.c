/*
 * The agent: carries out the host's requests, one message loop in one thread. docs/protocol.md describes what is said.
 *
 *     agent --line PATH | --fd NUMBER  --nonce TEXT
 *
 * Ends with 0 after `shutdown` (init powers off), with 64 when the host asked for a reboot, and with 1, after a line
 * on stderr, when the line to the host is gone.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/sysinfo.h>
#include <sys/timerfd.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "../entropy.h"
#include "file.h"
#include "json.h"
#include "line.h"
#include "process.h"
#include "reply.h"

#define PROTOCOL_VERSION 2
#define EXIT_REBOOT 64
/* How many beats to wait for the host's `bye`: it may ask for frames again until then. */
#define BEATS_UNTIL_END 3
/* How often to look whether the host has come to a virtio port, in ms: until it has, poll reports a hang-up at once. */
#define ABSENCE_MS 20

static struct {
	const char *nonce;
	/* Set by `shutdown`, with the exit status to end with. */
	bool ending;
	int exit_status;
	int beats_left;
	bool host_said_bye;
	/* Nobody is at the other end of the line, for now. */
	bool host_absent;
} agent;

static _Noreturn void die(const char *what, int error)
{
	/* Nobody is left to ask for their end. */
	process_kill_all();
	fprintf(stderr, "dirsync-agent: %s: %s\n", what, strerror(error));
	exit(1);
}

static long long uptime_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* What the kernel says of itself: flags that it sets when it warned, died, and the like. */
static void add_taint(void)
{
	char text[32];
	int fd = open("/proc/sys/kernel/tainted", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return;
	text[n] = '\0';
	json_number("taint", strtoll(text, NULL, 10));
}

static void send_hello(void)
{
	struct utsname system;
	struct sysinfo info;

	uname(&system);
	sysinfo(&info);
	json_begin("hello");
	json_number("protocol", PROTOCOL_VERSION);
	json_text("nonce", agent.nonce);
	json_text("kernel", system.release);
	json_number("boot_ms", uptime_ms());
	json_number("cpus", sysconf(_SC_NPROCESSORS_ONLN));
	json_number("mem_kib", (long long)(info.totalram * info.mem_unit / 1024));
	add_taint();
	json_send();
}

static void send_beat(void)
{
	json_begin("beat");
	json_number("uptime_ms", uptime_ms());
	json_number("processes", process_count());
	add_taint();
	json_send();
}

static void request_shutdown(long long id)
{
	char *how = "poweroff";

	if (json_has("how") && (!json_get_string("how", &how) || (strcmp(how, "poweroff") && strcmp(how, "reboot")))) {
		reply_error(id, EINVAL, "shutdown wants how: poweroff or reboot");
		return;
	}
	agent.exit_status = strcmp(how, "reboot") == 0 ? EXIT_REBOOT : 0;
	process_kill_all();
	/* `done` is a promise about the disks, too. */
	sync();
	json_begin("done");
	json_number("id", id);
	json_text("nonce", agent.nonce);
	add_taint();
	json_send();
	agent.ending = true;
	agent.beats_left = BEATS_UNTIL_END;
}

/*
 * The guest goes on from a snapshot, and another host is there: what it shares with the guests of the same snapshot, the
 * time and what comes out of /dev/urandom, is replaced before anybody asks for it.
 */
static void request_attach(long long id)
{
	static char nonce[64];
	char *word, *bytes;
	size_t len;
	long long realtime_ms;

	if (!json_get_string("nonce", &word) || strlen(word) >= sizeof(nonce) ||
	    !json_get_number("realtime_ms", &realtime_ms) || !json_get_data("random", &bytes, &len) ||
	    len != ENTROPY_BYTES) {
		reply_error(id, EINVAL, "attach wants nonce, realtime_ms and random (32 bytes in base64)");
		return;
	}
	const struct timespec now = { .tv_sec = realtime_ms / 1000, .tv_nsec = realtime_ms % 1000 * 1000000 };
	int fd = open("/dev/urandom", O_WRONLY | O_CLOEXEC);

	line_restart();
	agent.nonce = strcpy(nonce, word);
	if (clock_settime(CLOCK_REALTIME, &now) < 0)
		reply_error(0, errno, "set the clock: %s", strerror(errno));
	if (fd < 0 || add_entropy(fd, bytes) < 0 || ioctl(fd, RNDRESEEDCRNG) < 0)
		reply_error(0, errno, "seed /dev/urandom: %s", strerror(errno));
	close(fd);
	send_hello();
}

static void request_resend(long long id)
{
	long long from;

	if (!json_get_number("from", &from) || from < 0 || from > UINT32_MAX)
		reply_error(id, EINVAL, "resend wants from: a sequence number");
	else if (!line_resend((uint32_t)from))
		reply_error(id, ENODATA, "resend from %08llx: no longer remembered", from);
}

static void on_fault(const char *what)
{
	reply_error(0, EBADMSG, "%s", what);
}

static void on_frame(char *payload, size_t len)
{
	const char *wrong = json_parse(payload, len);
	long long id = 0;
	char *type;

	if (wrong || !json_get_string("type", &type)) {
		on_fault(wrong ? wrong : "a message without type");
		return;
	}
	/* These keep the line itself going; they have no answer, and so no id. */
	if (strcmp(type, "resend") == 0) {
		request_resend(0);
		return;
	}
	if (strcmp(type, "attach") == 0) {
		request_attach(0);
		return;
	}
	if (strcmp(type, "bye") == 0) {
		agent.host_said_bye = true;
		return;
	}
	if (!json_get_number("id", &id) || id <= 0)
		reply_error(0, EBADMSG, "a request without a positive id: %s", type);
	else if (agent.ending)
		reply_error(id, ESHUTDOWN, "%s after shutdown", type);
	else if (strcmp(type, "spawn") == 0)
		process_spawn(id);
	else if (strcmp(type, "stdin") == 0)
		process_stdin(id);
	else if (strcmp(type, "signal") == 0)
		process_signal(id);
	else if (strcmp(type, "resize") == 0)
		process_resize(id);
	else if (strcmp(type, "write_file") == 0)
		file_write(id);
	else if (strcmp(type, "read_file") == 0)
		file_read(id);
	else if (strcmp(type, "shutdown") == 0)
		request_shutdown(id);
	else
		reply_error(id, ENOSYS, "no request has the type %s", type);
}

static int open_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
}

static int open_beat(void)
{
	struct itimerspec second = { .it_interval = { .tv_sec = 1 }, .it_value = { .tv_sec = 1 } };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);

	if (fd >= 0)
		timerfd_settime(fd, 0, &second, NULL);
	return fd;
}

static void on_beat(int timer)
{
	uint64_t expirations;

	if (read(timer, &expirations, sizeof(expirations)) != sizeof(expirations))
		return;
	if (agent.ending)
		agent.beats_left--;
	else if (line_unsent() < LINE_BUSY)
		send_beat();
}

static void on_child(int signals)
{
	struct signalfd_siginfo info;

	while (read(signals, &info, sizeof(info)) == sizeof(info))
		continue;
	process_reap();
}

/* One round: wait, then do all that can be done without waiting. */
static void turn(int signals, int timer)
{
	static const struct line_events events = { .on_frame = on_frame, .on_fault = on_fault };
	struct pollfd polls[3 + MAX_PROCESS_POLLS];
	int error;

	polls[0] = (struct pollfd){ .fd = signals, .events = POLLIN };
	polls[1] = (struct pollfd){ .fd = timer, .events = POLLIN };
	polls[2] = (struct pollfd){ .fd = agent.host_absent ? -1 : line_fd() };
	if (line_accepts_requests())
		polls[2].events |= POLLIN;
	if (line_unsent() > 0)
		polls[2].events |= POLLOUT;
	size_t count = 3 + process_polls(polls + 3);
	bool now = file_pending() && line_unsent() < LINE_BUSY;

	if (poll(polls, count, now ? 0 : agent.host_absent ? ABSENCE_MS : -1) < 0 && errno != EINTR)
		die("poll", errno);
	if (polls[0].revents)
		on_child(signals);
	if (polls[1].revents)
		on_beat(timer);
	if (agent.host_absent || polls[2].revents & ~POLLOUT) {
		error = line_receive(&events);
		agent.host_absent = error == LINE_ABSENT;
		if (error && !agent.host_absent)
			die("the line to the host ended", error > 0 ? error : ECONNRESET);
	}
	process_pump();
	file_pump();
	/* What is written while nobody listens is thrown away. */
	error = agent.host_absent ? 0 : line_flush();
	if (error)
		die("write to the line to the host", error);
}

/* The line that the arguments name, opened; -1 when they name none. */
static int open_line(int argc, char **argv)
{
	int fd = -1;

	for (int i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--fd") == 0)
			fd = atoi(argv[i + 1]);
		else if (strcmp(argv[i], "--nonce") == 0)
			agent.nonce = argv[i + 1];
		else if (strcmp(argv[i], "--line") == 0 &&
			 (fd = open(argv[i + 1], O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)) < 0)
			die(argv[i + 1], errno);
	}
	return fd;
}

int main(int argc, char **argv)
{
	int signals = open_signals();
	int timer = open_beat();
	int fd = open_line(argc, argv);

	if (fd < 0 || !agent.nonce) {
		fputs("usage: agent --line PATH | --fd NUMBER  --nonce TEXT\n", stderr);
		return 2;
	}
	if (signals < 0 || timer < 0)
		die("signalfd, timerfd", errno);
	int error = line_attach(fd);

	if (error)
		die("set up the line to the host", error);
	send_hello();
	while (!(agent.ending && line_unsent() == 0 && (agent.host_said_bye || agent.beats_left <= 0)))
		turn(signals, timer);
	line_drain();
	return agent.exit_status;
}
