import { invalidType, invalidValue, kindOf } from '../util/errors.js'
import { assertDirectTls } from '../util/runtime.js'
import { TrustFollower, type TrustingServer } from './follow-trust.js'
import { mtlsServerOptions } from './options.js'
import type { MtlsServerOptions, TrustServerOptions } from './complete-options.js'
import { prepareContext, type ReloadableServer } from './secure-context.js'

/** Loads keys, certificates and CAs again, and uses them for all later handshakes. */
export type Reload = () => Promise<void>

/** Replaces options of a server that follows a trust store, such as its key and its certificate. */
export type ReloadTrusted = (changes?: Partial<TrustServerOptions>) => Promise<void>

/**
 * Makes a server follow a trust store while it runs. After each `trust.replace()`, new handshakes use the
 * CAs of the store, and TLS sessions from before aren't resumed if the CAs or the revocation lists changed.
 * If the server can't use the new CAs, `replace()` is rejected with the reason, and nothing has changed.
 *
 * If the store has `crl` or `revocation`, the server asks it about each client right after the handshake, before
 * any listener hears of the connection, and rejects a client for any fault, unless `rejectUnauthorized` is
 * `false`. With `contextsShareCa: false` or `SNICallback`, it accepts a client whose path the store can't find,
 * because another context may have accepted it.
 *
 * Open connections stay open. If the strategy has the store as `ca`, it rejects the next request of a
 * client that isn't valid any more. To close WebSockets, use `trust.watch()`. `requestCert` and
 * `rejectUnauthorized` are fixed for the life of a server, and contexts from `addContext()` and
 * `SNICallback` are yours.
 *
 * @param server - was created with the result of {@link mtlsServerOptions}
 * @param options - the options with which you created it
 * @returns a function that replaces other options, such as `key` and `cert`. Its promise is rejected with
 *   the reason if the server can't use them, and then nothing has changed.
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE`, or
 *   `ERR_UNSUPPORTED_RUNTIME` on Deno
 * @example
 * import https from 'node:https'
 * import { createTrustStore } from 'passport-client-certificate-auth/trust'
 * import { mtlsServerOptions, reloadable } from 'passport-client-certificate-auth/server'
 *
 * const trust = createTrustStore({ ca })
 * const options = { trust, key, cert }
 * const server = https.createServer(mtlsServerOptions(options), app).listen(8443)
 * const reload = reloadable(server, options)
 *
 * await trust.replace({ ca: otherCa })
 * await reload({ key: otherKey, cert: otherCert })
 */
export function reloadable(server: TrustingServer, options: TrustServerOptions): ReloadTrusted
/**
 * Replaces CAs, revocation lists and the server's own certificate while the server runs. New handshakes
 * use all of the new options. If the new options can't be loaded or used, the promise is rejected, and
 * the server keeps all of the old options.
 *
 * Open connections stay open, with clients that the old options authenticated. To disconnect a revoked
 * client immediately, call `server.closeAllConnections()` after the reload. A reload doesn't change
 * `requestCert` and `rejectUnauthorized`, which are fixed for the life of a server, or your own contexts
 * from `addContext()` and `SNICallback`.
 *
 * @param server - was created with the result of {@link mtlsServerOptions}
 * @param load - returns the current options, or a promise of them. Use the same `contextsShareCa` and
 *   `SNICallback` as when you created the server.
 * @returns a function that reloads. Each call runs `load()` immediately, even while an earlier `load()` is
 *   still running. If a later call finishes first, the promise of the earlier call resolves, but its
 *   options are dropped. If the promise of `load()` never settles, neither does that of the call: the old
 *   options stay in force, and the next call works.
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE`, or `ERR_UNSUPPORTED_RUNTIME` on Deno
 * @example
 * import https from 'node:https'
 * import { mtlsServerOptions, reloadable } from 'passport-client-certificate-auth/server'
 *
 * const server = https.createServer(mtlsServerOptions(await loadOptions()), app).listen(8443)
 * const reload = reloadable(server, loadOptions)
 * process.on('SIGHUP', () => reload().catch(console.error))
 */
export function reloadable(
  server: ReloadableServer,
  load: () => MtlsServerOptions | Promise<MtlsServerOptions>,
): Reload
export function reloadable(
  server: ReloadableServer | TrustingServer,
  source: TrustServerOptions | Load,
): Reload | ReloadTrusted {
  assertDirectTls('reloadable()')
  assertArguments(server, source)
  if (typeof source === 'function') return reloadByFunction(server, source)
  const follower = new TrustFollower(server as TrustingServer, source)
  // Async, so that the caller gets every fault as a rejected promise.
  return (changes = {}) =>
    Promise.resolve().then(() => {
      follower.change(changes)
    })
}

type Load = () => MtlsServerOptions | Promise<MtlsServerOptions>

function reloadByFunction(server: ReloadableServer, load: Load): Reload {
  let begun = 0
  let inForce = 0
  return async () => {
    begun += 1
    const turn = begun
    const loaded: MtlsServerOptions | TrustServerOptions = await load()
    // A later call has finished first.
    if (turn < inForce) return
    forbidTrust(loaded)
    prepareContext(server, mtlsServerOptions(loaded))()
    inForce = turn
  }
}

/** Until the first reload, the server wouldn't follow the store, and no error would say so. */
function forbidTrust({ trust }: { trust?: unknown }): void {
  if (trust === undefined) return
  const problem = 'must not come from a function: call reloadable(server, { trust, key, cert })'
  throw invalidValue('option "trust"', problem, kindOf(trust))
}

/** Doesn't quote a wrong argument, because it may be the options, which contain a key. */
function assertArguments(server: unknown, source: unknown): void {
  const { setSecureContext, emit } = (server ?? {}) as Partial<TrustingServer>
  // The second one serves a trust store only, but every server has it.
  if (typeof setSecureContext !== 'function' || (hasTrust(source) && emit === undefined)) {
    const expected =
      'a TLS server with setSecureContext(); on Bun use http2.createSecureServer or ' +
      "tls.createServer with emit('connection'), because servers of node:https don't have it there"
    throw invalidType('server', expected, kindOf(server))
  }
  if (typeof source === 'function' || hasTrust(source)) return
  // Only the result has a sessionIdContext, unless you set your own.
  const expected = hasOwn(source, 'sessionIdContext')
    ? 'the options that you gave to mtlsServerOptions(), not its result, or a function that returns them'
    : 'a function, or options with a trust store as "trust"'
  throw invalidType('load', expected, kindOf(source))
}

function hasTrust(source: unknown): boolean {
  return hasOwn(source, 'trust')
}

function hasOwn(source: unknown, name: string): boolean {
  return typeof source === 'object' && source !== null && Object.hasOwn(source, name)
}
