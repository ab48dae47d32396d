/*
 * A TLS 1.2 client that changes its certificate in a renegotiation (RFC 5746), which the TLS client of Node 20 cannot do. It
 * carries bytes between a TLS connection and its own input and output, and knows nothing of HTTP.
 *
 *     client PORT [PROTOCOL]
 *
 * PROTOCOL is what ALPN offers (RFC 7301): h2.
 *
 * One command a line on standard input:
 *
 *     identity CERT KEY   present this certificate from the next handshake on (PEM files, the leaf first)
 *     borrow CERT KEY     present this certificate without its key: sign with another key (EC of the same curve)
 *     none                present no certificate
 *     handshake           connect, or renegotiate
 *     begin               renegotiate, and stop after the first flight
 *     finish              go on with what `begin` began
 *     send HEX            application data
 *     close               shut the connection down
 *
 * One event a line on standard output: `secure`, `begun`, `data HEX`, `closed`, or `failed TEXT`.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static SSL *ssl;
static int handshaking, held;

static void end(const char *event, const char *text) {
  printf(text ? "%s %s\n" : "%s\n", event, text);
  fflush(stdout);
  exit(0);
}

static void fail(const char *what) {
  unsigned long code = ERR_peek_last_error();
  end("failed", code ? ERR_reason_error_string(code) : what);
}

static void require(int ok, const char *what) {
  if (ok != 1) fail(what);
}

static void say(const char *event) {
  puts(event);
  fflush(stdout);
}

static EVP_PKEY *read_key(const char *path) {
  FILE *file = fopen(path, "r");
  EVP_PKEY *key = file ? PEM_read_PrivateKey(file, NULL, NULL, NULL) : NULL;
  if (file) fclose(file);
  require(key != NULL, "key");
  return key;
}

/* OpenSSL compares the public halves only: so a key of the certificate's public half and of a private one of our own. */
static void borrow(const char *certificate, const char *path) {
  FILE *file = fopen(certificate, "r");
  X509 *x509 = file ? PEM_read_X509(file, NULL, NULL, NULL) : NULL;
  if (file) fclose(file);
  require(x509 != NULL, "certificate");
  const EC_KEY *theirs = EVP_PKEY_get0_EC_KEY(X509_get0_pubkey(x509));
  EVP_PKEY *own = read_key(path), *mixed = EVP_PKEY_new();
  EC_KEY *ec = EC_KEY_dup(EVP_PKEY_get0_EC_KEY(own));
  require(EC_KEY_set_public_key(ec, EC_KEY_get0_public_key(theirs)), "public key");
  require(EVP_PKEY_set1_EC_KEY(mixed, ec), "mixed key");
  SSL_certs_clear(ssl);
  require(SSL_use_certificate(ssl, x509), "certificate");
  require(SSL_use_PrivateKey(ssl, mixed), "mixed key");
}

static void present(const char *certificate, const char *path) {
  SSL_certs_clear(ssl);
  require(SSL_use_certificate_chain_file(ssl, certificate), "certificate");
  require(SSL_use_PrivateKey(ssl, read_key(path)), "key");
}

static void send_hex(const char *hex) {
  size_t length = strlen(hex) / 2;
  unsigned char *bytes = malloc(length + 1);
  for (size_t i = 0; i < length; i++) {
    unsigned value;
    sscanf(hex + 2 * i, "%2x", &value);
    bytes[i] = (unsigned char)value;
  }
  require(SSL_write(ssl, bytes, (int)length) == (int)length, "write");
  free(bytes);
}

static void handshake(void) {
  int done = SSL_do_handshake(ssl), why = SSL_get_error(ssl, done);
  if (done == 1) {
    handshaking = 0;
    say("secure");
  } else if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE) {
    fail("handshake");
  }
}

static void start_handshake(void) {
  if (SSL_is_init_finished(ssl)) require(SSL_renegotiate(ssl), "renegotiate");
  handshaking = 1;
  handshake();
}

/* Reading goes on with a handshake, and takes what the server sent before it answers to one. */
static void receive(void) {
  unsigned char bytes[16384];
  for (;;) {
    int got = SSL_read(ssl, bytes, sizeof bytes);
    if (handshaking && SSL_is_init_finished(ssl)) {
      handshaking = 0;
      say("secure");
    }
    if (got <= 0) {
      int why = SSL_get_error(ssl, got);
      if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) return;
      if (why == SSL_ERROR_ZERO_RETURN || (why == SSL_ERROR_SYSCALL && ERR_peek_error() == 0)) end("closed", NULL);
      fail("read");
    }
    fputs("data ", stdout);
    for (int i = 0; i < got; i++) printf("%02x", bytes[i]);
    say("");
  }
}

static void obey(char *line) {
  char *command = strtok(line, " \n"), *first = strtok(NULL, " \n"), *second = strtok(NULL, " \n");
  if (command == NULL) return;
  if (strcmp(command, "identity") == 0) present(first, second);
  else if (strcmp(command, "borrow") == 0) borrow(first, second);
  else if (strcmp(command, "none") == 0) SSL_certs_clear(ssl);
  else if (strcmp(command, "handshake") == 0) start_handshake();
  else if (strcmp(command, "begin") == 0) { start_handshake(); held = 1; say("begun"); }
  else if (strcmp(command, "finish") == 0) { held = 0; receive(); }
  else if (strcmp(command, "send") == 0) send_hex(first);
  else if (strcmp(command, "close") == 0) { SSL_shutdown(ssl); end("closed", NULL); }
  else end("failed", "unknown command");
}

int main(int count, char **arguments) {
  if (count != 2 && count != 3) end("failed", "usage: client PORT [PROTOCOL]");
  SSL_CTX *context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  SSL_CTX_set_mode(context, SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);

  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(arguments[1]))};
  inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
  int socket_ = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(socket_, (struct sockaddr *)&address, sizeof address) != 0) fail("connect");
  fcntl(socket_, F_SETFL, O_NONBLOCK);
  ssl = SSL_new(context);
  SSL_set_fd(ssl, socket_);
  SSL_set_tlsext_host_name(ssl, "localhost");
  if (count == 3) {
    unsigned char offer[256];
    offer[0] = (unsigned char)strlen(arguments[2]);
    memcpy(offer + 1, arguments[2], offer[0]);
    /* Answers 0 when it is well. */
    require(SSL_set_alpn_protos(ssl, offer, offer[0] + 1u) == 0, "protocol");
  }
  SSL_set_connect_state(ssl);

  static char line[1 << 20];
  struct pollfd watched[2] = {{.fd = 0, .events = POLLIN}, {.fd = socket_, .events = POLLIN}};
  setvbuf(stdin, NULL, _IONBF, 0);
  for (;;) {
    watched[1].fd = held ? -1 : socket_;
    if (poll(watched, 2, -1) < 0) fail("poll");
    if (watched[1].revents) receive();
    if (watched[0].revents) {
      if (fgets(line, sizeof line, stdin) == NULL) return 0;
      obey(line);
    }
  }
}
