import { constants } from 'node:crypto'
import { createSecureContext, type Server } from 'node:tls'
import { invalidType, invalidValue, kindOf } from '../util/errors.js'
import { assertDirectTls } from '../util/runtime.js'
import { type MtlsServerOptions, mtlsServerOptions } from './options.js'

/** The only method that a reload needs. Servers of `https`, `http2` and `tls` have it. */
export type ReloadableServer = Pick<Server, 'setSecureContext'>

/** Loads keys, certificates and CAs again, and uses them for all later handshakes. */
export type Reload = () => Promise<void>

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
 *   options are dropped.
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
): Reload {
  assertDirectTls('reloadable()')
  assertArguments(server, load)
  let begun = 0
  let inForce = 0
  return async () => {
    begun += 1
    const turn = begun
    const loaded = await load()
    // A later call has finished first.
    if (turn < inForce) return
    const options = mtlsServerOptions(loaded)
    assertUsable(options)
    server.setSecureContext({ ...options, secureOptions: keepWithoutTickets(server, options) })
    inForce = turn
  }
}

/**
 * A server without session tickets keeps it that way, because the new options may not mention its other
 * contexts. Node doesn't document that a server has `secureOptions`. If it doesn't, the new options
 * decide.
 */
function keepWithoutTickets(server: object, { secureOptions = 0 }: MtlsServerOptions): number {
  const { secureOptions: old } = server as { secureOptions?: unknown }
  const kept = typeof old === 'number' ? old & constants.SSL_OP_NO_TICKET : 0
  return (secureOptions | kept) >>> 0
}

/** Doesn't quote a wrong argument, because it may be the options, which contain a key. */
function assertArguments(server: unknown, load: unknown): void {
  const { setSecureContext } = (server ?? {}) as Partial<ReloadableServer>
  if (typeof setSecureContext !== 'function') {
    const expected =
      'a TLS server with setSecureContext(); on Bun use http2.createSecureServer or ' +
      "tls.createServer with emit('connection'), because servers of node:https don't have it there"
    throw invalidType('server', expected, kindOf(server))
  }
  if (typeof load !== 'function') throw invalidType('load', 'a function', kindOf(load))
}

/** Checks all options first, because the server would apply some before it rejects another. */
function assertUsable(options: MtlsServerOptions): void {
  createSecureContext(options)
  for (const name of ['key', 'cert'] as const) {
    // Without these, every handshake would fail, and neither Node nor OpenSSL would say so here.
    if (!options[name]?.length) {
      throw invalidValue(`option "${name}"`, 'must be given', kindOf(options[name]))
    }
  }
}
