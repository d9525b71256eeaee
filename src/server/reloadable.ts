import { constants } from 'node:crypto'
import { createSecureContext, type Server } from 'node:tls'
import { invalidType, invalidValue, kindOf } from '../util/errors.js'
import { assertDirectTls } from '../util/runtime.js'
import { type MtlsServerOptions, mtlsServerOptions } from './options.js'

/** What a reload needs of a server: `https`, `http2` and `tls` servers all have it. */
export type ReloadableServer = Pick<Server, 'setSecureContext'>

/** Loads the material anew and puts it in force for every handshake from then on. */
export type Reload = () => Promise<void>

/**
 * Makes authorities, revocation lists and the server's own certificate replaceable while the server
 * runs. Connections that are open stay open; new handshakes get the new material, all of it or, when
 * it cannot be loaded or used, none of it: then the old stays in force and the promise is rejected.
 *
 * A connection that is open was authenticated by the old material. Where a revoked client must be
 * gone at once, end its connections too, for instance with `server.closeAllConnections()`. Not
 * replaced are `requestCert` and `rejectUnauthorized`, which a server keeps for life, and contexts
 * of the application's own, by `addContext()` or `SNICallback`.
 *
 * @param server - made with the result of {@link mtlsServerOptions}
 * @param load - reads the options again, from wherever they come; may be asynchronous. They need the
 *   same `contextsShareCa` and `SNICallback` as at first
 * @returns a function that reloads. Each call loads at once, also while another `load()` is under way
 *   or hangs. Only what was loaded later than what is in force is put in force: the promise of a call
 *   that a later one has overtaken resolves, and its material is dropped
 * @throws TypeError with `code` `ERR_INVALID_ARG_TYPE`, and `ERR_UNSUPPORTED_RUNTIME` on Deno
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
    // A reload that began later has ended sooner.
    if (turn < inForce) return
    const options = mtlsServerOptions(loaded)
    assertUsable(options)
    server.setSecureContext({ ...options, secureOptions: keepWithoutTickets(server, options) })
    inForce = turn
  }
}

/**
 * A server that was made without tickets stays without, although the new options may not mention its
 * other contexts. That a server shows its `secureOptions` isn't documented. If one doesn't, the new
 * options decide.
 */
function keepWithoutTickets(server: object, { secureOptions = 0 }: MtlsServerOptions): number {
  const { secureOptions: old } = server as { secureOptions?: unknown }
  const kept = typeof old === 'number' ? old & constants.SSL_OP_NO_TICKET : 0
  return (secureOptions | kept) >>> 0
}

/** What is wrong is not quoted: it may be the options, and hold a key. */
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

/** The server itself takes the options over one by one before it finds out that one is unusable. */
function assertUsable(options: MtlsServerOptions): void {
  createSecureContext(options)
  for (const name of ['key', 'cert'] as const) {
    // Nor does it find out that without these no handshake succeeds.
    if (!options[name]?.length) {
      throw invalidValue(`option "${name}"`, 'must be given', kindOf(options[name]))
    }
  }
}
