// transfer up|down PORT CONNECTIONS SECONDS LENGTH < HEAD
// Requests one after the other on each connection, each with a long body one way. It costs its core little:
// few long writes, and what comes is dropped inside the kernel without a copy. (wrk reads 8 KB at a time and
// would be the limit.) Tells its figures as wrk's script does.
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { most_head_bytes = 16 * 1024, most_requests = 4 * 1024 * 1024 };

struct client {
  int descriptor;
  size_t sent, head_length;
  long answer_left;             // of the body; -1: its head is still coming
  double began;
  char head[most_head_bytes];
};

static int epoll;
static char *body;
static char request[most_head_bytes];
static size_t request_length, body_length;
static struct sockaddr_in gateway = { .sin_family = AF_INET };
static float *took;
static size_t requests, status_errors, read_errors, connect_errors;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static void watch(struct client *client, int how, unsigned events) {
  struct epoll_event event = { .events = events, .data.ptr = client };
  epoll_ctl(epoll, how, client->descriptor, &event);
}

static void begin(struct client *client) {
  client->sent = client->head_length = 0;
  client->answer_left = -1;
  client->began = now();
}

static void open_client(struct client *client) {
  int yes = 1;
  client->descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  setsockopt(client->descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (connect(client->descriptor, (struct sockaddr *)&gateway, sizeof gateway) && errno != EINPROGRESS) connect_errors += 1;
  begin(client);
  watch(client, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
}

static void again(struct client *client) {
  read_errors += 1;
  close(client->descriptor);
  open_client(client);
}

// Nothing comes before the request has gone, so a socket that is full is simply tried again when it has room.
static int send_request(struct client *client) {
  size_t all = request_length + body_length;
  while (client->sent < all) {
    int in_head = client->sent < request_length;
    const char *from = in_head ? request + client->sent : body + (client->sent - request_length);
    size_t length = (in_head ? request_length : all) - client->sent;
    ssize_t sent = send(client->descriptor, from, length, MSG_NOSIGNAL | (in_head && body_length ? MSG_MORE : 0));
    if (sent < 0) return errno == EAGAIN ? 0 : -1;
    client->sent += sent;
  }
  watch(client, EPOLL_CTL_MOD, EPOLLIN);
  return 1;
}

// 1: the whole answer is here.
static int read_head(struct client *client) {
  ssize_t got = recv(client->descriptor, client->head + client->head_length, most_head_bytes - client->head_length - 1, 0);
  if (got < 0 && errno == EAGAIN) return 0;
  if (got <= 0) return -1;
  client->head_length += got;
  client->head[client->head_length] = 0;
  char *end = strstr(client->head, "\r\n\r\n");
  if (!end) return 0;
  char *length = strcasestr(client->head, "\r\ncontent-length:");
  if (!length || length > end) return -1;
  if (client->head[9] != '2') status_errors += 1;
  client->answer_left = strtol(length + 17, NULL, 10) - (client->head + client->head_length - end - 4);
  return client->answer_left == 0;
}

static int drop_body(struct client *client) {
  ssize_t got = recv(client->descriptor, NULL, client->answer_left, MSG_TRUNC);
  if (got < 0 && errno == EAGAIN) return 0;
  if (got <= 0) return -1;
  client->answer_left -= got;
  return client->answer_left == 0;
}

static void serve(struct client *client, unsigned events) {
  int state = 0;
  if (events & EPOLLIN) state = client->answer_left < 0 ? read_head(client) : drop_body(client);
  if (state > 0 && client->sent < request_length + body_length) state = -1;
  if (state > 0) {
    if (requests < most_requests) took[requests++] = now() - client->began;
    begin(client);
    watch(client, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
  }
  if (state >= 0 && client->sent < request_length + body_length) state = send_request(client);
  if (state < 0 || events & EPOLLERR) again(client);
}

static int by_size(const void *a, const void *b) {
  float one = *(const float *)a, other = *(const float *)b;
  return (one > other) - (one < other);
}

static long percentile(int percent) {
  return requests ? took[requests * percent / 100] * 1e6 : 0;
}

int main(int count, char **words) {
  if (count != 6) return 2;
  size_t length = strtoul(words[5], NULL, 10);
  int connections = atoi(words[3]);
  double seconds = atof(words[4]);
  body_length = strcmp(words[1], "up") == 0 ? length : 0;
  gateway.sin_port = htons(atoi(words[2]));
  gateway.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  request_length = fread(request, 1, sizeof request, stdin);
  body = calloc(1, body_length + 1);
  took = malloc(most_requests * sizeof *took);
  epoll = epoll_create1(0);
  struct client *clients = calloc(connections, sizeof *clients);
  for (int index = 0; index < connections; index += 1) open_client(&clients[index]);
  double began = now();
  while (now() - began < seconds) {
    struct epoll_event events[256];
    int ready = epoll_wait(epoll, events, 256, 100);
    for (int index = 0; index < ready; index += 1) serve(events[index].data.ptr, events[index].events);
  }
  double microseconds = (now() - began) * 1e6;
  qsort(took, requests, sizeof *took, by_size);
  printf("told: {\"microseconds\":%.0f,\"requests\":%zu,\"p50\":%ld,\"p99\":%ld,\"errors\":{\"connect\":%zu,\"read\":%zu,\"status\":%zu}}\n",
    microseconds, requests, percentile(50), percentile(99), connect_errors, read_errors, status_errors);
}
