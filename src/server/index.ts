export { MisdirectedRequestError } from '../util/errors.js'
export { assertHostMatchesServername, type HostRequest } from './host-check.js'
export { mtlsServerOptions, type MtlsServerOptions } from './options.js'
export {
  type HandshakeReportOptions,
  type RejectedHandshake,
  reportRejectedHandshakes,
  type TlsServer,
} from './rejected-handshakes.js'
export { reloadable, type Reload, type ReloadableServer } from './reloadable.js'
