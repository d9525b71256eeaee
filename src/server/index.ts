export { MisdirectedRequestError } from '../util/errors.js'
export { assertHostMatchesServername, type HostRequest } from './host-check.js'
export { mtlsServerOptions } from './options.js'
export type { MtlsServerOptions, TrustServerOptions } from './complete-options.js'
export {
  type HandshakeReportOptions,
  type RejectedHandshake,
  reportRejectedHandshakes,
  type TlsServer,
} from './rejected-handshakes.js'
export { reloadable, type Reload, type ReloadTrusted } from './reloadable.js'
export type { TrustingServer } from './follow-trust.js'
export type { ReloadableServer } from './secure-context.js'
export {
  type FileWatch,
  type ReloadMessage,
  watchFiles,
  type WatchFilesOptions,
} from './watch-files.js'
