/*
 * What `openssl verify -purpose sslclient -partial_chain` says of many chains, in one process. In, for each chain:
 *
 *     seconds since the epoch (8 octets), number of anchors (4), the anchors, number of intermediates, the intermediates,
 *     the leaf; each certificate as its length (4) and its DER. Numbers are little-endian.
 *
 * Out, one line: three verdicts, each `ok` or what is wrong, parted by tabs: by default; with what a TLS handshake of
 * Node asks besides (-auth_level 1); and with -x509_strict -policy_check.
 */
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static int octets(void *to, size_t length) { return fread(to, 1, length, stdin) == length; }

static uint32_t number(void) {
  uint32_t value;
  if (!octets(&value, sizeof value)) exit(3);
  return value;
}

/* NULL when it cannot be read, or when something follows it: a handshake fails for both. */
static X509 *certificate(void) {
  uint32_t length = number();
  unsigned char *der = malloc(length + 1);
  if (der == NULL || !octets(der, length)) exit(3);
  const unsigned char *at = der;
  X509 *read = d2i_X509(NULL, &at, length);
  if (read != NULL && at != der + length) {
    X509_free(read);
    read = NULL;
  }
  free(der);
  return read;
}

static STACK_OF(X509) *certificates(int *all) {
  STACK_OF(X509) *list = sk_X509_new_null();
  for (uint32_t left = number(); left > 0; left--) {
    X509 *one = certificate();
    if (one == NULL) *all = 0;
    else sk_X509_push(list, one);
  }
  return list;
}

static void judge(STACK_OF(X509) *anchors, STACK_OF(X509) *intermediates, X509 *leaf, int64_t seconds,
                  unsigned long flags, int level) {
  X509_STORE *store = X509_STORE_new();
  for (int at = 0; at < sk_X509_num(anchors); at++) X509_STORE_add_cert(store, sk_X509_value(anchors, at));
  X509_STORE_CTX *context = X509_STORE_CTX_new();
  X509_STORE_CTX_init(context, store, leaf, intermediates);
  X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SSL_CLIENT);
  X509_VERIFY_PARAM *parameters = X509_STORE_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN | flags);
  X509_VERIFY_PARAM_set_time(parameters, seconds);
  if (level > 0) X509_VERIFY_PARAM_set_auth_level(parameters, level);
  int verified = X509_verify_cert(context);
  int error = X509_STORE_CTX_get_error(context);
  if (verified == 1) printf("ok");
  else printf("error %d at %d: %s", error, X509_STORE_CTX_get_error_depth(context), X509_verify_cert_error_string(error));
  X509_STORE_CTX_free(context);
  X509_STORE_free(store);
  ERR_clear_error();
}

int main(void) {
  int64_t seconds;
  while (octets(&seconds, sizeof seconds)) {
    int all = 1;
    STACK_OF(X509) *anchors = certificates(&all);
    STACK_OF(X509) *intermediates = certificates(&all);
    X509 *leaf = certificate();
    if (leaf == NULL || !all) {
      printf("not loaded\tnot loaded\tnot loaded");
    } else {
      judge(anchors, intermediates, leaf, seconds, 0, 0);
      putchar('\t');
      judge(anchors, intermediates, leaf, seconds, 0, 1);
      putchar('\t');
      judge(anchors, intermediates, leaf, seconds, X509_V_FLAG_X509_STRICT | X509_V_FLAG_POLICY_CHECK, 0);
    }
    putchar('\n');
    X509_free(leaf);
    sk_X509_pop_free(anchors, X509_free);
    sk_X509_pop_free(intermediates, X509_free);
    ERR_clear_error();
  }
  return 0;
}
