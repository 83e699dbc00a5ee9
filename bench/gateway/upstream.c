// upstream NAME...: what stands behind the gateways in bench/gateway.ts and must never be the bottleneck.
// One thread, one port for each name (chosen by the system, told on standard output), every answer made once.
//   .../big    1 MiB             .../rich   2 KB below many headers
//   .../echo   the head as it came          anything else: 200 bytes
// A body by Content-Length is dropped inside the kernel, without a copy. A WebSocket gets back the bytes that it sends.
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { most_ports = 8, read_bytes = 256 * 1024, most_head_bytes = 64 * 1024, big_bytes = 1024 * 1024 };

struct answer { const char *bytes; size_t length; };
// Both begin with what tells them apart behind epoll's one pointer.
struct port { int is_port, listener; const char *name; struct answer small, last, rich, big; };
struct peer {
  int is_port, descriptor, closing, tunnel;
  struct port *port;
  char *early;                  // bytes that wait for more of their head, or for room to answer
  size_t early_length, body_left;
  struct answer unsent;         // rest of one; its bytes live as long as the program
  const struct answer *after_body;
};

static int epoll;
static char input[read_bytes + most_head_bytes];
static struct port ports[most_ports];

static struct answer make_answer(const char *name, const char *more, size_t body_bytes) {
  size_t room = body_bytes + 4096;
  char *bytes = malloc(room);
  int head = snprintf(bytes, room,
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Served-By: %s\r\nContent-Length: %zu\r\n%s\r\n",
    name, body_bytes, more);
  memset(bytes + head, 'x', body_bytes);
  return (struct answer){ bytes, head + body_bytes };
}

static const char rich_headers[] =
  "Date: Sat, 21 Nov 2026 12:00:00 GMT\r\n"
  "Cache-Control: private, max-age=0, must-revalidate\r\n"
  "ETag: W/\"7f3-18b2c7d5a10\"\r\n"
  "Last-Modified: Fri, 20 Nov 2026 08:15:42 GMT\r\n"
  "Vary: Accept-Encoding, Accept-Language, Cookie\r\n"
  "Content-Language: en\r\n"
  "Content-Security-Policy: default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'\r\n"
  "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n"
  "X-Content-Type-Options: nosniff\r\n"
  "X-Frame-Options: SAMEORIGIN\r\n"
  "Referrer-Policy: strict-origin-when-cross-origin\r\n"
  "Permissions-Policy: camera=(), microphone=(), geolocation=()\r\n"
  "Server-Timing: db;dur=12.4, view;dur=3.1\r\n"
  "Set-Cookie: basket=5f0c9e2ab7d1; Path=/; HttpOnly; SameSite=Lax\r\n"
  "Set-Cookie: locale=en; Path=/; Max-Age=31536000\r\n"
  "Link: </assets/app.css>; rel=preload; as=style\r\n";

// The clients of the benchmark send one and the same key, the example of RFC 6455, so its answer is known.
static const char web_socket_bytes[] =
  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
  "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
static const struct answer web_socket = { web_socket_bytes, sizeof web_socket_bytes - 1 };

static void forget(struct peer *peer) {
  close(peer->descriptor);
  free(peer->early);
  peer->descriptor = -1;
}

static void watch(struct peer *peer, unsigned events) {
  struct epoll_event event = { .events = events, .data.ptr = peer };
  epoll_ctl(epoll, EPOLL_CTL_MOD, peer->descriptor, &event);
}

// 1: all of it is on its way; 0: the rest waits for room; -1: the client is gone.
static int send_answer(struct peer *peer, struct answer answer) {
  ssize_t sent = send(peer->descriptor, answer.bytes, answer.length, MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN) return -1;
  if (sent < 0) sent = 0;
  if ((size_t)sent == answer.length) return 1;
  peer->unsent = (struct answer){ answer.bytes + sent, answer.length - sent };
  watch(peer, EPOLLOUT);
  return 0;
}

static int echo_head(struct peer *peer, const char *head, size_t length) {
  static char answer[most_head_bytes + 256];
  int top = snprintf(answer, 256, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Served-By: %s\r\n"
    "Content-Length: %zu\r\n\r\n", peer->port->name, length);
  memcpy(answer + top, head, length);
  return send(peer->descriptor, answer, top + length, MSG_NOSIGNAL) == (ssize_t)(top + length) ? 1 : -1;
}

static int ends_with(const char *from, const char *to, const char *end) {
  size_t length = strlen(end);
  return (size_t)(to - from) >= length && memcmp(to - length, end, length) == 0;
}

static int has(const char *line, size_t length, const char *start) {
  size_t wanted = strlen(start);
  return length >= wanted && strncasecmp(line, start, wanted) == 0;
}

static int answer_head(struct peer *peer, const char *head, size_t length) {
  const char *end = head + length, *line = memchr(head, '\n', length);
  const char *path = memchr(head, ' ', length);
  const char *path_end = path ? memchr(path + 1, ' ', line - path - 1) : NULL;
  if (!path_end) return -1;
  const char *query = memchr(path, '?', path_end - path);
  if (query) path_end = query;
  for (line += 1; line < end; ) {
    const char *next = memchr(line, '\n', end - line);
    size_t bytes = next - line;
    switch (*line | 0x20) {
    case 'c':
      if (has(line, bytes, "content-length:")) peer->body_left = strtoull(line + 15, NULL, 10);
      if (has(line, bytes, "connection: close")) peer->closing = 1;
      break;
    case 't':
      if (has(line, bytes, "transfer-encoding:")) return -1;
      break;
    case 'u':
      if (has(line, bytes, "upgrade: websocket")) peer->tunnel = 1;
    }
    line = next + 1;
  }
  if (peer->tunnel) return send_answer(peer, web_socket);
  if (ends_with(path, path_end, "/echo")) return echo_head(peer, head, length);
  const struct answer *answer = ends_with(path, path_end, "/big") ? &peer->port->big
    : ends_with(path, path_end, "/rich") ? &peer->port->rich
    : peer->closing ? &peer->port->last : &peer->port->small;
  if (peer->body_left > 0) { peer->after_body = answer; return 1; }
  return send_answer(peer, *answer);
}

// How many of the bytes are done with; -1: the connection is.
static ssize_t consume(struct peer *peer, const char *bytes, size_t length) {
  size_t at = 0;
  while (at < length && !peer->unsent.length) {
    int state = 1;
    if (peer->tunnel) {
      state = send(peer->descriptor, bytes + at, length - at, MSG_NOSIGNAL) == (ssize_t)(length - at) ? 1 : -1;
      at = length;
    } else if (peer->body_left > 0) {
      size_t take = peer->body_left < length - at ? peer->body_left : length - at;
      peer->body_left -= take;
      at += take;
      if (peer->body_left > 0) continue;
      state = send_answer(peer, *peer->after_body);
    } else {
      const char *empty_line = memmem(bytes + at, length - at, "\r\n\r\n", 4);
      if (!empty_line) break;
      size_t head = empty_line + 4 - (bytes + at);
      state = answer_head(peer, bytes + at, head);
      at += head;
    }
    if (state < 0 || (state > 0 && peer->closing && !peer->body_left)) return -1;
  }
  return at;
}

static void keep_early(struct peer *peer, const char *bytes, size_t length) {
  char *copy = length ? malloc(length) : NULL;
  if (copy) memcpy(copy, bytes, length);
  free(peer->early);
  peer->early = copy;
  peer->early_length = length;
}

// Without a copy, and never more than the body has.
static void drop_body(struct peer *peer) {
  ssize_t got = recv(peer->descriptor, NULL, peer->body_left, MSG_TRUNC);
  if (got < 0 && errno == EAGAIN) return;
  if (got > 0) peer->body_left -= got;
  if (got <= 0 || (!peer->body_left && send_answer(peer, *peer->after_body) < 0)) forget(peer);
}

static void readable(struct peer *peer) {
  if (peer->body_left > 0) { drop_body(peer); return; }
  size_t early = peer->early_length;
  if (early > most_head_bytes) { forget(peer); return; }
  if (early) memcpy(input, peer->early, early);
  ssize_t got = read(peer->descriptor, input + early, read_bytes);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) { forget(peer); return; }
  ssize_t done = consume(peer, input, early + got);
  if (done < 0) forget(peer);
  else if (early || (size_t)done < early + got) keep_early(peer, input + done, early + got - done);
}

static void writable(struct peer *peer) {
  struct answer rest = peer->unsent;
  peer->unsent.length = 0;
  int state = send_answer(peer, rest);
  if (state < 0 || (state > 0 && peer->closing)) { forget(peer); return; }
  if (state == 0) return;
  watch(peer, EPOLLIN);
  if (!peer->early_length) return;
  ssize_t done = consume(peer, peer->early, peer->early_length);
  if (done < 0) forget(peer);
  else keep_early(peer, peer->early + done, peer->early_length - done);
}

static void accept_all(struct port *port) {
  int descriptor, yes = 1;
  while ((descriptor = accept4(port->listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    struct peer *peer = calloc(1, sizeof *peer);
    peer->descriptor = descriptor;
    peer->port = port;
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = peer };
    epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
  }
}

static void open_port(struct port *port, const char *name) {
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  socklen_t size = sizeof address;
  port->is_port = 1;
  port->name = name;
  port->small = make_answer(name, "", 200);
  port->last = make_answer(name, "Connection: close\r\n", 200);
  port->rich = make_answer(name, rich_headers, 2048);
  port->big = make_answer(name, "", big_bytes);
  port->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (bind(port->listener, (struct sockaddr *)&address, size) || listen(port->listener, 4096)) exit(1);
  getsockname(port->listener, (struct sockaddr *)&address, &size);
  printf("%s %d\n", name, ntohs(address.sin_port));
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = port };
  epoll_ctl(epoll, EPOLL_CTL_ADD, port->listener, &event);
}

int main(int count, char **names) {
  epoll = epoll_create1(0);
  for (int index = 1; index < count && index <= most_ports; index += 1) open_port(&ports[index - 1], names[index]);
  fflush(stdout);
  for (;;) {
    struct epoll_event events[512];
    int ready = epoll_wait(epoll, events, 512, -1);
    for (int index = 0; index < ready; index += 1) {
      struct peer *peer = events[index].data.ptr;
      if (peer->is_port) accept_all(events[index].data.ptr);
      else if (events[index].events & EPOLLOUT) writable(peer);
      else readable(peer);
      // One descriptor has one event a round, so nothing in this round points to it any more.
      if (!peer->is_port && peer->descriptor < 0) free(peer);
    }
  }
}
