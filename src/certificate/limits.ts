/**
 * The most certificates that one request may carry, including the leaf, in one header or two.
 * They are counted before any is parsed, and a request with more is rejected. A TLS chain is cut off
 * at this length instead.
 */
export const MAX_CHAIN_CERTS = 10

/** OpenSSL can't convert a longer object identifier to a string. */
export const MAX_OID_BYTES = 586
