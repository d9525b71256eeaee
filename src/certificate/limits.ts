/**
 * The most certificates one request may carry, leaf included, in one header or in two together.
 * They are counted before any is parsed; more than this rejects the request. A TLS chain ends there.
 */
export const MAX_CHAIN_CERTS = 10
