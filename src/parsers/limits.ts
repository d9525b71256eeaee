export { MAX_CHAIN_CERTS } from '../certificate/limits.js'
